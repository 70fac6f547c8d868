"""Accounts at mail servers: what they are, who writes from which, and how they do."""
