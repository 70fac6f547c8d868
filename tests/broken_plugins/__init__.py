"""Plugins that break in every way that the design names. Each is a folder with a `plugin.py`; `install.py` makes a distribution of it."""
