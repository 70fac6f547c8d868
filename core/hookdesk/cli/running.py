"""`hookdesk serve`, `worker` and `scheduler`."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import click

from hookdesk import config as configuration
from hookdesk.config import KEY_FILE, Config, ConfigError
from hookdesk.server.listening import parse_bind
from hookdesk.server.supervisor import Supervisor


@click.command()
@click.option("--bind", metavar="HOST:PORT", help="Where to listen; 127.0.0.1:8000 if nothing is configured.")
@click.option("--workers", type=click.IntRange(1, 64), help="How many web processes.")
def serve(bind: str | None, workers: int | None) -> None:
    """Run the site: web, jobs and their queue under one supervisor.

    A new instance is made first. Ctrl-C or SIGTERM ends it: requests and the present batch of each job are finished. Exit status 1 if
    the port is in use or the instance cannot be brought up to date.
    """
    config = _changed(configuration.load(), bind, workers)
    if not config.secret_key and not (config.instance / KEY_FILE).exists():
        made = subprocess.run([sys.executable, "-P", "-m", "hookdesk", "init"], check=False)
        if made.returncode:
            raise SystemExit(made.returncode)
    raise SystemExit(Supervisor(config).run())


def _changed(config: Config, bind: str | None, workers: int | None) -> Config:
    """The configuration with what the command line says. Links in mails follow the port unless base_url is configured."""
    if bind:
        host, port = parse_bind(bind)
        default = config.base_url == Config(config.instance).base_url
        shown = f"[{host}]" if ":" in host else "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104  compared, not bound
        config = replace(config, bind=bind, base_url=f"http://{shown}:{port}" if default else config.base_url)
    config = replace(config, web_workers=workers) if workers else config
    if config.web_workers < 1 or config.web_threads < 1 or config.job_workers < 0:
        raise ConfigError("web_workers and web_threads must be at least 1, and job_workers at least 0.")
    return config


@click.command()
def worker() -> None:
    """Run a job worker alone: for machines that serve no pages. It ends when the plugins change; let a service manager restart it."""
    from hookdesk.cli.opened import require_instance
    from hookdesk.server.job import work

    config = configuration.load()
    require_instance(config)
    work(config)


@click.command()
def scheduler() -> None:
    """Wake due jobs, without running any. Each worker does this too, one at a time; it is for sites whose workers are always busy."""
    from hookdesk.cli.opened import opened
    from hookdesk.jobs.worker import schedule_only

    with opened():
        schedule_only()
