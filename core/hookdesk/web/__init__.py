"""Scaffolding that every page uses: guard, sign-in, themes, slots, forms, errors, security headers. No feature of its own."""
