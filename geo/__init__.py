"""Analysis: places, areas, figures and themes as arrays and frames; knows no database and no files."""
