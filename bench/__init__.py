"""Measurements of this project beside named peers; `python -m bench` prints every table."""
