"""What the site costs: measured on real servers, with made-up tickets. `python -m benchmarks --help`."""
