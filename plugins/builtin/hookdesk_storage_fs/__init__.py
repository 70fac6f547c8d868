"""Attachments in the file system."""
