"""A small HTTP/1.1 server whose request bodies go to disk at the speed of the socket."""
