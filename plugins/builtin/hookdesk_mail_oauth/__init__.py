"""Sign-in to mail providers: access tokens for mailboxes that take no password."""
