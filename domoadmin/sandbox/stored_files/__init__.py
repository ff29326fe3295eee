"""Contents of files on disk: how they arrive, where they lie, how they are sent."""
