"""What the pages read: Core rows, one query a list."""
