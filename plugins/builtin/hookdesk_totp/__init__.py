"""One-time codes of an app as a second factor."""
