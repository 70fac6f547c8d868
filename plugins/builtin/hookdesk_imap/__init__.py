"""IMAP for mailboxes."""
