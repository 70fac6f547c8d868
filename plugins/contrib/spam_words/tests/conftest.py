"""What these tests need comes from Hookdesk's own kit."""

pytest_plugins = ["hookdesk.testing"]
