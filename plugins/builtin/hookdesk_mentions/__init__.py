"""Mentions: "@Ada Lovelace" in a note or a reply calls that agent."""
