"""The desk: the agents' queue list and ticket page."""
