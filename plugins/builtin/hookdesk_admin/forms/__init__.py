"""The panel's forms."""
