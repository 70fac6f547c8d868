"""Canned responses: texts that agents answer with again and again, with the ticket's own values in them."""
