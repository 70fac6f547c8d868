"""Passkeys: a second factor, and a way to sign in by itself."""
