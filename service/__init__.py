"""The service: HTTP, commands, settings and security around the other packages."""
