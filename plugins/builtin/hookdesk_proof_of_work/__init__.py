"""A proof of work before a public form of the portal is taken."""
