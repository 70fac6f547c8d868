"""Limits on what comes in: open tickets of one requester, blocked addresses and domains."""
