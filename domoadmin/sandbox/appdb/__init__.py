"""AppDB: collections of JSON documents that custom apps keep."""
