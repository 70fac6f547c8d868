"""E-mail in: mails become tickets and replies.

This file imports nothing: `hookdesk-pipe` passes through it for each mail and pays for each import.
"""
