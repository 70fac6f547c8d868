"""The command palette: one key from wherever one is to wherever one wants to go."""
