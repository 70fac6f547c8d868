"""Working hours, holidays, and the arithmetic of working time."""
