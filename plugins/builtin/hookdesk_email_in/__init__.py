"""Tickets and replies from inbound mail."""
