"""What the project promises, checked as a whole."""
