"""Domo files: revisions, grants, contents."""
