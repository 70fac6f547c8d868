"""Running the site on one machine: `hookdesk serve` and the processes that it supervises."""
