"""The guard on every road: routes, a model of who sees what, canaries."""
