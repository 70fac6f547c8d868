"""The default theme."""
