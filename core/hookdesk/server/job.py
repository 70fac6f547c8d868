"""The process of a job worker: `python -m hookdesk.server.job`, or `hookdesk worker`."""

from __future__ import annotations

import logging
import sys

from hookdesk import config as configuration
from hookdesk.app import create_app
from hookdesk.config import Config, ConfigError
from hookdesk.jobs.worker import Worker


def work(config: Config) -> None:
    """Run jobs until told to stop or until the plugins change.

    Raises:
        ConfigError: the instance cannot be used.
    """
    app = create_app(config)
    with app.app_context():
        Worker(app).work()


def main() -> int:
    """The exit status: 0 also when the plugins have changed, so that the supervisor starts a new one at once."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        work(configuration.load())
    except ConfigError as error:
        print(f"hookdesk: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
