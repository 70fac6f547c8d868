"""Accounts at mail servers that mail is fetched from."""
