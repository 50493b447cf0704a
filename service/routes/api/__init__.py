"""Routes of the API: one module per resource, JSON in Dutch, faults as problem documents."""
