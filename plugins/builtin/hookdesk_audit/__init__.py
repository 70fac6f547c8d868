"""Who set up what differently."""
