"""Migrations of the database, applied by `data.database`."""
