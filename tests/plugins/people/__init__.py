"""Comings and goings."""
