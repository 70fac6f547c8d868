"""Ends the process that imports it, as a script would."""

import sys

sys.exit("this plugin wants to be a script")
