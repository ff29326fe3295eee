"""FileSets: directories of files that people and AI services read."""
