"""What is stored and where it comes from."""
