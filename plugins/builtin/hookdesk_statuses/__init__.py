"""Statuses and priorities."""
