"""Code Engine: packages of functions that really run, some of them badly written."""
