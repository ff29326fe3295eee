"""Pages: a tree of generated and created ones, and who may see each."""
