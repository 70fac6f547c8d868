"""Who sees what, and by which rule."""
