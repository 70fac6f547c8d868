"""One change for many tickets."""
