"""A job worker on its own: `hookdesk worker`."""

from __future__ import annotations

import logging
import signal

from hookdesk.app import create_app
from hookdesk.config import Config
from hookdesk.jobs.worker import Worker


def work(config: Config) -> None:
    """Run jobs until told to stop or until the plugins change.

    Raises:
        ConfigError: the instance cannot be used.
    """
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    app = create_app(config)
    with app.app_context():
        worker = Worker(app)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, worker.stop)
        worker.work()
