"""Help topics."""
