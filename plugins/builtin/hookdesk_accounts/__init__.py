"""Requesters' accounts."""
