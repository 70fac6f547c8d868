"""Spam words: quarantines inbound messages that contain a listed word."""
