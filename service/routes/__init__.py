"""Routes: one module per resource; no SQL and no formula."""
