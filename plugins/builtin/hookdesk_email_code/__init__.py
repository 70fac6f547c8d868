"""A code by mail as a second factor."""
