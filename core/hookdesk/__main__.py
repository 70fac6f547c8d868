"""`python -m hookdesk`: the command line."""

import sys

from hookdesk.cli import main

sys.exit(main())
