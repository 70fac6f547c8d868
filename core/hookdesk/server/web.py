"""The site's processes: a gunicorn master that makes the application once, and workers forked from it."""

from __future__ import annotations

import gc
import importlib
import os
import site as python_site
import sys
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from hookdesk import config as configuration
from hookdesk.config import Config, ConfigError
from hookdesk.server import shared
from hookdesk.server.master import Master
from hookdesk.server.supervisor import NOT_READY_STATUS, ready_file
from hookdesk.server.web_worker import WebWorker

_ALSO = ("hookdesk.jobs.rq_worker", "hookdesk.api")
"""Imported in the master for all workers, besides what the application imports anyway."""


class Web(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn, configured from Hookdesk's configuration alone."""

    def __init__(self, config: Config, bind: str) -> None:
        """`bind` is gunicorn's: HOST:PORT or fd://N."""
        self.config = config
        self.bind = bind
        self.shared: Flask | None = None
        super().__init__()

    def load_config(self) -> None:
        """Set what differs from gunicorn's defaults."""
        config = self.config
        values = {
            "bind": self.bind,
            "workers": config.web_workers,
            "threads": config.web_threads,
            "worker_class": WebWorker,
            "timeout": 60,
            "graceful_timeout": 30,
            "keepalive": 5,
            "proc_name": "hookdesk",
            "loglevel": "warning",
            "forwarded_allow_ips": "",  # proxies are trusted by count, in Config.trusted_proxies
            "control_socket_disable": True,
        }
        for name, value in values.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """The application of one worker: that of all, or one that finds packages which were installed after the master's start."""
        if self.shared is not None and shared.is_current(self.shared):
            return self.shared
        importlib.invalidate_caches()
        for folder in python_site.getsitepackages():
            python_site.addsitedir(folder)
        return shared.make(self.config)

    def run(self) -> None:
        """Run until told to stop. The database is looked at while the rest is imported."""
        preparing = start_preparing(self.config)
        for name in _ALSO:
            importlib.import_module(name)
        if os.waitstatus_to_exitcode(os.waitpid(preparing, 0)[1]) != 0:
            raise SystemExit(NOT_READY_STATUS)
        self.shared = shared.for_all(self.config)
        gc.collect()
        gc.freeze()  # what is there now stays shared between the workers
        Master(self, self.config.job_workers, ready_file(self.config).exists).run()


def start_preparing(config: Config) -> int:
    """Bring the database up to the installed code, in a process of its own: no connection may exist before a fork. Its id."""
    child = os.fork()
    if child == 0:
        os._exit(_prepared(config))
    return child


def _prepared(config: Config) -> int:
    """What the forked process does; its exit status."""
    try:
        from hookdesk.server.preparing import bring_up_to_date

        return bring_up_to_date(config)
    except ConfigError as error:
        print(f"hookdesk: {error}", file=sys.stderr)
    except BaseException:  # nothing may leave a forked process but its status
        import traceback

        traceback.print_exc()
    return 1


def main() -> None:
    """`python -m hookdesk.server.web`, as the supervisor starts it."""
    config = configuration.load()
    listener = os.environ.pop("HOOKDESK_LISTENER", "")
    bind: Any = f"fd://{listener}" if listener else config.bind
    Web(config, bind).run()


if __name__ == "__main__":
    main()
