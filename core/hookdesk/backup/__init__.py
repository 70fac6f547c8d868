"""Backup and restore: one archive with the database, the files of the instance, its key and its configuration."""
