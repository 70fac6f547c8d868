"""Drafts: what an agent is writing is kept on the server, until it is sent."""
