"""Readers: one module per kind of file or service that data comes from."""
