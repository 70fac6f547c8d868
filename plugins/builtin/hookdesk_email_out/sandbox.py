"""Where the admin's templates run: plain values, no calls, no attributes that reach further, nothing that runs or grows for ever."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from flask_babel import gettext as _
from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

MOST_STEPS = 5000
"""So many turns all loops of one rendering may take together."""
MOST_JOINED = 50
MOST_CHARACTERS = 500_000
"""Of what a template makes; the rest is cut off."""
FILTERS = (
    "capitalize", "default", "d", "e", "escape", "first", "int", "last", "length", "lower", "round", "striptags", "title", "trim",
    "truncate", "upper",
)  # fmt: skip
FORBIDDEN: Mapping[type[nodes.Node], str] = {
    nodes.Call: "()", nodes.Macro: "macro", nodes.CallBlock: "call", nodes.Include: "include", nodes.Import: "import",
    nodes.FromImport: "from", nodes.Extends: "extends", nodes.Block: "block", nodes.Assign: "set", nodes.AssignBlock: "set",
    nodes.With: "with", nodes.FilterBlock: "filter", nodes.Mul: "*", nodes.Pow: "**", nodes.Mod: "%",
    nodes.ScopedEvalContextModifier: "autoescape",
}  # fmt: skip
"""Parts of Jinja that no mail needs, and that could run for ever, fill the memory, or let a requester's words pass for HTML."""
_steps: ContextVar[list[int]] = ContextVar("steps")


class _Environment(ImmutableSandboxedEnvironment):
    """Jinja without the parts above, and with loops that end."""

    def __init__(self, is_html: bool) -> None:
        """`is_html` escapes what values hold."""
        super().__init__(undefined=StrictUndefined, autoescape=is_html, keep_trailing_newline=True)
        known = self.filters
        self.filters = {**{name: known[name] for name in FILTERS}, "bounded": _bounded, "replace": _replaced}
        self.globals.clear()

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        """The tree, if there is nothing forbidden in it."""
        tree = super()._parse(source, name, filename)
        joined = 0
        for node in tree.find_all(nodes.Node):
            if type(node) in FORBIDDEN or (isinstance(node, nodes.For) and node.recursive):
                word = FORBIDDEN.get(type(node), "recursive")
                raise TemplateSyntaxError(_("“%(word)s” cannot be used here", word=word), node.lineno)
            joined += len(node.nodes) if isinstance(node, nodes.Concat) else isinstance(node, nodes.Add)
            if joined > MOST_JOINED:
                raise TemplateSyntaxError(_("too much is joined together here"), node.lineno)
        for loop in list(tree.find_all(nodes.For)):
            loop.iter = nodes.Filter(loop.iter, "bounded", [], [], None, None, lineno=loop.lineno)
        return tree


def _bounded(values: Iterable[Any]) -> Iterator[Any]:
    """What a loop goes through, as long as there are turns left."""
    if isinstance(values, str):
        raise SecurityError("a loop goes through a list, and this is a text")
    left = _steps.get()
    for value in values:
        left[0] -= 1
        if left[0] < 0:
            raise SecurityError(f"its loops take more than {MOST_STEPS} turns")
        yield value


def _replaced(text: object, old: str, new: str) -> str:
    """A text with something else in the place of each `old`, if that does not make it huge."""
    whole, old, new = str(text), str(old), str(new)
    if old and len(whole) + whole.count(old) * len(new) > MOST_CHARACTERS:
        raise SecurityError("what is put in makes it too long")
    return whole.replace(old, new) if old else whole


@contextmanager
def _counting() -> Iterator[None]:
    """Loops inside count their turns anew."""
    token = _steps.set([MOST_STEPS])
    try:
        yield
    finally:
        _steps.reset(token)


def made(template: Any, context: Mapping[str, Any]) -> str:
    """What a template makes of these values, as much of it as a mail can hold.

    Raises:
        TemplateError: it names what is not there, or would run for too long.
    """
    parts, size = [], 0
    with _counting():
        for part in template.generate(**context):
            parts.append(part[: MOST_CHARACTERS - size])
            size += len(parts[-1])
            if size >= MOST_CHARACTERS:
                break
    return "".join(parts)


environment, html_environment = _Environment(is_html=False), _Environment(is_html=True)
