"""Second factors: what there is, and who must have one."""
