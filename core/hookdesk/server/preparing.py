"""What is done before the first worker starts: the database is brought up to the installed code."""

from __future__ import annotations

import sys

from sqlalchemy.exc import DBAPIError

from hookdesk.config import Config
from hookdesk.db.engine import Database
from hookdesk.db.migrate import MigrationError
from hookdesk.lifecycle.upgrade import upgrade_all


def bring_up_to_date(config: Config) -> int:
    """Migrate what is behind; the exit status. A plugin that cannot be migrated is switched off and named, the site goes on."""
    db = Database(config.database)
    try:
        for item in upgrade_all(config, db):
            if item.problem:
                print(f"· {item.branch}: {item.problem}", flush=True)
    except MigrationError as error:
        print(f"hookdesk: {error}. The database was left as it was before that revision.", file=sys.stderr)
        return 1
    except DBAPIError as error:
        print(f"hookdesk: the database cannot be used: {' '.join(str(error.orig).split())}", file=sys.stderr)
        return 1
    finally:
        db.dispose()
    return 0
