"""One specimen of each thing that tests speak of."""
