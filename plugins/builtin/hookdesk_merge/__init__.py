"""Merging, linking and splitting tickets."""
