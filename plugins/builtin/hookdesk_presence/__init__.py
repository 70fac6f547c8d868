"""Presence: which agents look at a ticket right now, and who writes."""
