"""`hookdesk dev`: one process for authors of plugins, started again whenever a file or the plugins change."""

from __future__ import annotations

import logging
import os
import threading
import time
from dataclasses import replace

import click
from flask import Flask
from werkzeug.serving import run_simple

from hookdesk import config as configuration
from hookdesk.app import create_app
from hookdesk.cli.opened import require_instance
from hookdesk.jobs.worker import TICK_S, Worker
from hookdesk.server.listening import listen, parse_bind
from hookdesk.site import site

START_AGAIN_STATUS = 3
"""Werkzeug's reloader starts its child again when it ends with this status."""


@click.command()
@click.option("--bind", metavar="HOST:PORT", help="Where to listen; 127.0.0.1:8000 if nothing is configured.")
def dev(bind: str | None) -> None:
    """Run the site for authors of plugins: reload on changes, each call of a hook printed, slots outlined in pages.

    Jobs run in the same process, without a queue. Not for visitors: it is slow, and shows what went wrong.
    """
    config = configuration.load()
    config = replace(config, trace_hooks=True, bind=bind or config.bind)
    require_instance(config)
    host, port = parse_bind(config.bind)
    if "WERKZEUG_RUN_MAIN" not in os.environ:
        listen(config.bind).close()  # a port in use is told before the reloader starts
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    app = create_app(config)
    app.debug = True
    if "WERKZEUG_RUN_MAIN" in os.environ:
        threading.Thread(target=_work, args=(app,), name="jobs", daemon=True).start()
    run_simple(host, port, app, threaded=True, use_reloader=True, extra_files=_templates(app))


def _work(app: Flask) -> None:
    """Run jobs, and end the process when the plugins have changed, so that the reloader builds it anew."""
    with app.app_context():
        worker = Worker(app)
        while not worker.is_stopping():
            worker.tick()
            time.sleep(TICK_S / 4)
        if site().plugins.is_outdated():
            os._exit(START_AGAIN_STATUS)


def _templates(app: Flask) -> list[str]:
    """Files beside the code whose change should be seen at once."""
    with app.app_context():
        folders = site().extra.get("plugin_folders", {})
    assert isinstance(folders, dict)
    return [str(file) for folder in folders.values() for file in folder.rglob("*.html")]
