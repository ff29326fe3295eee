"""Beast Modes: formulas over the columns of datasets, saved on datasets and cards."""
