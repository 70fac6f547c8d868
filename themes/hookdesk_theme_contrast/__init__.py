"""High contrast: a child of the default theme that changes tokens and little else."""
