"""Senders whose messages are not taken."""
