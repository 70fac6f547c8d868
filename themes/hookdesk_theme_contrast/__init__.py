"""The contrast theme, a child of the default theme."""
