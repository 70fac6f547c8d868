"""Made-up data: a demo company, and tickets in bulk for measuring."""
