"""Write docs/hooks.md and docs/api.md from the source: `python -m tools.reference`. A test holds the pages to what this would write."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import hookdesk.api
from hookdesk.hookspecs import CORE_SPECS, WebHooks
from hookdesk.hookspecs.spec import OnError, SpecInfo, specs_of
from hookdesk.lifecycle.discovery import discover
from hookdesk.lifecycle.loader import import_plugin
from hookdesk.plugins.base import Plugin
from hookdesk.types.web import Slot
from hookdesk.web.pages import SLOTS

DOCS = Path(__file__).resolve().parents[1] / "docs"
WRITTEN = (
    "<!-- Written by `python -m tools.reference` from the source. Change the docstrings there, not this page. -->\n"
)

HOOKS_HEAD = """# Hooks

A plugin changes what Hookdesk does by implementing hooks: methods of its class, marked `@hookimpl`, named like the hook. It takes the
arguments that it needs, by name. `docs/writing-a-plugin.md` shows how.

| shape | what the caller does with the answers |
|---|---|
| collect | asks every plugin, and makes one answer of all: |
| – concat | the lists joined |
| – any_veto | the first reason against |
| – strongest | the strongest verdict |
| – sql_and | the conditions joined by AND |
| first | asks in order and takes the first answer that is not None |
| chain | hands a frozen value from one plugin to the next; None leaves it as it is |
| event | tells every plugin after the commit, from the outbox, again and again until it succeeds; what it returns is ignored |

| runs | what a plugin may do there |
|---|---|
| build | while the application is built: no request, no user, no queries |
| request | inside a page or a job: read with `reading()` |
| write | while a write is prepared: read with `reading()`, return what is to be stored; opening a transaction is refused |
| after | after the commit, in a job: read, write with `unit_of_work()`, talk to the world; with the same `event.key` at each repeat |

Plugins are asked in the order that the admin panel shows. A plugin that raises is skipped, or, where it says *denies*, the answer is no;
either way the error is recorded in its name. Five errors within five minutes pause a plugin for five minutes.
"""

API_HEAD = """# The public names

All that a plugin may import, from `hookdesk.api`. Semantic versions apply to these names and to nothing else.
"""


def hooks_page() -> str:
    """The reference of hooks and slots."""
    parts = [HOOKS_HEAD, WRITTEN]
    for holder in CORE_SPECS:
        parts += _domain(holder, "")
    slots: list[tuple[str, Slot]] = [("core", slot) for slot in SLOTS]
    for slug, plugin in _builtins():
        for holder in plugin.hookspecs:
            parts += _domain(holder, f" (of the plugin {slug})")
        declared = getattr(plugin(), WebHooks.slots.__name__, None)
        slots += [(slug, slot) for slot in declared() or ()] if declared else []
    return "\n".join([*parts, *_slots(slots)])


def _builtins() -> Iterator[tuple[str, type[Plugin[Any]]]]:
    """The classes of the plugins in the box."""
    for slug, found in discover().items():
        if found.is_builtin:
            yield slug, import_plugin(found)


def _domain(holder: type, whose: str) -> list[str]:
    """One specification class."""
    words = inspect.getdoc(holder) or holder.__name__
    title, _, rest = words.partition(":")
    return [
        f"## {title.strip()}{whose}\n",
        f"{rest.strip().capitalize()}\n" if rest else "",
        *map(_hook, specs_of(holder)),
    ]


def _hook(info: SpecInfo) -> str:
    """One hook."""
    shape = f"{info.shape}, {info.combine}" if info.combine else str(info.shape)
    error = " · an error denies" if info.on_error is OnError.DENY else ""
    return f"### {info.name}\n\n```python\n{signature(info)}\n```\n\n{shape} · {info.when} · since {info.since}{error}\n\n{info.doc}\n"


def signature(info: SpecInfo) -> str:
    """The hook as an implementation writes it."""
    parameters = [
        item.replace(kind=inspect.Parameter.POSITIONAL_OR_KEYWORD) for item in info.signature.parameters.values()
    ]
    text = str(info.signature.replace(parameters=parameters)).replace("'", "")
    return f"def {info.name}{text}: ..."


def _slots(slots: Iterable[tuple[str, Slot]]) -> list[str]:
    """The table of slots."""
    rows = [
        f"| `{slot.name}` | {owner} | {', '.join(f'`{name}`' for name in slot.args) or '–'} | {slot.doc} |"
        for owner, slot in slots
    ]
    return [
        "## Slots\n",
        "Places in pages that `template_slot` fills.\n",
        "| slot | page of | args | where |\n|---|---|---|---|",
        *rows,
        "",
    ]


def api_page() -> str:
    """The reference of public names, by the module that they come from."""
    sections: dict[str, list[str]] = {}
    for name in hookdesk.api.__all__:
        value = getattr(hookdesk.api, name)
        sections.setdefault(_home(value), []).append(f"| `{_shown(name, value)}` | {_summary(name, value)} |")
    parts = [API_HEAD, WRITTEN]
    for home, rows in sorted(sections.items()):
        parts += [f"## {home}\n", "| name | |\n|---|---|", *rows, ""]
    return "\n".join(parts)


def _home(value: object) -> str:
    """Where a name lives, in words for a heading."""
    module = value.__name__ if inspect.ismodule(value) else getattr(value, "__module__", None) or type(value).__module__
    parts = module.split(".")
    if parts[0] != "hookdesk":
        return "Other packages"
    return {"types": "Values", "models": "Models", "hookspecs": "Hook specifications", "web": "Pages"}.get(
        parts[1], parts[1].capitalize()
    )


def _summary(name: str, value: object) -> str:
    """The first sentence of a docstring; a constant has none of its own."""
    if not (inspect.ismodule(value) or inspect.isclass(value) or inspect.isroutine(value)):
        return f"a value of `{type(value).__name__}`"
    paragraphs = (inspect.getdoc(value) or name).split("\n\n")
    line = " ".join((paragraphs[1] if value is Plugin else paragraphs[0]).split())
    return re.split(r"(?<=\.)\s(?=[A-Z`])", line)[0].replace("|", "\\|")


def _shown(name: str, value: object) -> str:
    """A name, with the arguments if it is called as a function."""
    if not inspect.isfunction(value):
        return name
    return f"{name}({', '.join(inspect.signature(value).parameters)})"


def main() -> None:
    """Write both pages."""
    importlib.invalidate_caches()
    (DOCS / "hooks.md").write_text(hooks_page(), encoding="utf-8")
    (DOCS / "api.md").write_text(api_page(), encoding="utf-8")


if __name__ == "__main__":
    main()
