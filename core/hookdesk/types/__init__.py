"""Frozen values that travel through hooks: actors, messages, drafts, verdicts, pages. They import nothing of Hookdesk's machinery."""
