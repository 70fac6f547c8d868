"""Real servers for tests, each started when first asked for, once for all xdist workers; absent ones skip with a sentence."""
