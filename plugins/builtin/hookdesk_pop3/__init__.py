"""POP3 for mailboxes."""
