"""Recovery codes: for who lost the second factor."""
