"""SLA plans: what is promised, and what became of it."""
