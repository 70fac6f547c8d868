"""Mail over LMTP or SMTP: `hookdesk lmtp`."""
