"""What every test of the project has: real servers on demand, and switching plugins off for the matrix."""

from __future__ import annotations

import gc
import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from hookdesk.lifecycle.discovery import discover
from hookdesk.lifecycle.order import dependents
from tests.servers import shared

pytest_plugins = [
    "hookdesk.testing",
    "tests.broken_plugins.install",
    "tests.servers.browser",
    "tests.servers.postfix",
    "tests.servers.postgres",
    "tests.servers.redis",
    "tests.servers.smtp",
    "tests.servers.oauth",
    "tests.servers.dovecot",
    "tests.servers.mailboxes",
]

# How long an example takes says how busy the machine is, and nothing about the code.
settings.register_profile("any machine", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

PLUGINS = Path(__file__).parent / "plugins"
"""Below it, each plugin's own tests lie in a folder of its name."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--without SLUG`: run as if this plugin were not there; `--affected`: only what can turn out differently by that."""
    parser.addoption("--without", action="append", default=[], metavar="SLUG", help="run with this plugin switched off")
    parser.addoption("--affected", action="store_true", help="with --without: leave out tests whose site is the same")


def pytest_configure(config: pytest.Config) -> None:
    """The first process opens the folder of shared servers, and ends them also when it is told to stop."""
    if not hasattr(config, "workerinput"):
        shared.open_folder()
        config.add_cleanup(shared.close_folder)
        # By default SIGTERM ends Python at once, and the servers would stay.
        signal.signal(signal.SIGTERM, signal.default_int_handler)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what needs a plugin that is switched off: it says so by a marker, or is the plugin's own test."""
    off = switched_off(config)
    if config.getoption("--affected"):
        same = [item for item in items if not _is_affected(item)]
        config.hook.pytest_deselected(items=same)
        items[:] = [item for item in items if _is_affected(item)]
    for item in items:
        markers = (*item.iter_markers("requires"), *item.iter_markers("plugins"))
        needed = {slug for marker in markers for slug in marker.args}
        if PLUGINS in item.path.parents:
            needed.add(item.path.relative_to(PLUGINS).parts[0])
        if missing := sorted(needed & off):
            item.add_marker(pytest.mark.skip(reason=f"plugin off: {', '.join(missing)}"))


def pytest_collection_finish() -> None:
    """What is there before the first test stays to the end: the collector need not look through it time and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def _is_affected(item: pytest.Item) -> bool:
    """True for a test whose site has everything but what is off; a site with just the plugins that a test names is the same anyway."""
    named = {slug for marker in item.iter_markers("plugins") for slug in marker.args}
    uses: tuple[str, ...] = getattr(item, "fixturenames", ())
    return "plugins_off" in uses and ("*" in named or "hookdesk_app" not in uses)


@pytest.fixture(scope="session")
def plugins_off(request: pytest.FixtureRequest) -> frozenset[str]:
    """Slugs that this run goes without: those of `--without`, and what depends on them. `*` leaves them out."""
    return switched_off(request.config)


def switched_off(config: pytest.Config) -> frozenset[str]:
    """The plugins named by `--without`, and what depends on them."""
    named: list[str] = config.getoption("--without")
    found = discover() if named else {}
    if unknown := set(named) - set(found):
        raise pytest.UsageError(f"--without: no such plugin: {', '.join(sorted(unknown))}")
    return frozenset(named).union(*(dependents(slug, found, found) for slug in named))
