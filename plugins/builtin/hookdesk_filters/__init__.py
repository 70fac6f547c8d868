"""Filters: rules about new tickets."""
