"""Our own mail addresses, and where mail to them goes."""
