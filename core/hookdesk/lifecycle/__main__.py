"""The other side of `process`: `check SLUG ENABLED…` or `call METHOD SLUG…`; prints the problems as a JSON list."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence

from hookdesk import config
from hookdesk.app import create_app
from hookdesk.lifecycle.check import check
from hookdesk.lifecycle.loader import import_plugin
from hookdesk.services import firststeps
from hookdesk.site import site


def call(method: str, slugs: Sequence[str]) -> list[str]:
    """Call a lifecycle method of each plugin; it may be switched off at that moment."""
    problems = []
    app = create_app(config.load())
    with app.app_context():
        if method == "on_enable":
            firststeps.basics()  # on a new site nobody has made priorities and departments yet, and plugins refer to them
        for slug in slugs:
            try:
                plugin = site().plugins.get(slug) or import_plugin(site().plugins.found[slug])(site().settings)
                getattr(plugin, method)()
            except (Exception, SystemExit) as error:
                problems.append(f"{slug}.{method} failed: {type(error).__name__}: {error}")
    return problems


def main(words: Sequence[str]) -> None:
    """Answer on the real stdout; whatever plugins print goes to stderr."""
    with os.fdopen(os.dup(1), "w") as answer:
        os.dup2(2, 1)
        problems = check(words[1], words[2:]) if words[0] == "check" else call(words[1], words[2:])
        json.dump(problems, answer)


if __name__ == "__main__":
    main(sys.argv[1:])
