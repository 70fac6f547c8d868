"""What an organization means for its tickets."""
