"""What is wrong with a template, before it is saved: each problem with its line, and what was probably meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from flask_babel import gettext as _
from jinja2 import TemplateError, TemplateSyntaxError, nodes

from hookdesk_email_out import osticket
from hookdesk_email_out.sandbox import environment, html_environment
from hookdesk_email_out.variables import tree, variables

LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that keeps a template from being used. `line` counts from 1."""

    line: int
    text: str

    def __str__(self) -> str:
        """For the admin."""
        return str(_("Line %(line)s: %(text)s", line=self.line, text=self.text))


class WordsProblem(ValueError):
    """Words cannot be used as written, or a set not be stored; `problems` says by field what is wrong."""

    def __init__(self, **problems: str) -> None:
        """By the name of the field that is to blame."""
        super().__init__(" ".join(problems.values()))
        self.problems = problems


def problems(template: str, is_html: bool = False) -> list[Problem]:
    """All that is wrong with a template; [] if it can be used."""
    if len(template) > LONGEST:
        return [Problem(1, _("This is longer than %(most)s characters.", most=LONGEST))]
    env = html_environment if is_html else environment
    try:
        env.from_string(template)
        parsed = env.parse(template)
    except TemplateSyntaxError as error:
        return [Problem(error.lineno, _("This is no template: %(error)s.", error=str(error.message).rstrip(".")))]
    except (TemplateError, RecursionError, ValueError, OverflowError) as error:
        return [Problem(1, _("This is no template: %(error)s.", error=str(error).rstrip(".")))]
    known = variables()
    found = [*_foreign(template), *(Problem(line, _unknown(name, known)) for line, name in _names(parsed, known))]
    return sorted(set(found), key=lambda problem: (problem.line, problem.text))


def _foreign(template: str) -> Iterator[Problem]:
    """Variables of osTicket's that stand for nothing here."""
    for found in osticket.WRITTEN.finditer(template):
        line, name = template.count("\n", 0, found.start()) + 1, found[1].lower()
        if name not in osticket.KNOWN:
            yield Problem(line, _meant(_("There is no %(name)s here.", name=found[0]), name, list(osticket.KNOWN)))


def _unknown(name: str, known: Iterable[str]) -> str:
    """That there is no such name."""
    return _meant(str(_("There is no %(name)s here.", name=name)), name, list(known))


def _meant(said: str, name: str, known: list[str]) -> str:
    """With what was probably meant."""
    close = get_close_matches(name, known, n=1, cutoff=0.6)
    return said + " " + str(_("Did you mean %(name)s?", name=close[0])) if close else said


def _names(parsed: nodes.Template, names: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Line and dotted name of each variable that is not there."""
    known = tree(names)
    for line, name in _used(parsed, frozenset()):
        place: Any = known
        for part in name.split("."):
            if not isinstance(place, dict) or part not in place:
                yield line, name
                break
            place = place[part]


def _used(node: nodes.Node, own: frozenset[str]) -> Iterator[tuple[int, str]]:
    """Line and dotted name of each variable that a tree asks for; `own` are those that it defines itself, as loops do."""
    if isinstance(node, nodes.For):
        yield from _used(node.iter, own)
        inner = own | {name.name for name in node.target.find_all(nodes.Name)} | {"loop"}
        if isinstance(node.target, nodes.Name):
            inner |= {node.target.name}
        for child in (*node.body, *node.else_, *([node.test] if node.test else [])):
            yield from _used(child, inner)
        return
    name = _dotted(node)
    if name is not None:
        if name.partition(".")[0] not in own:
            yield node.lineno, name
        return
    for child in node.iter_child_nodes():
        yield from _used(child, own)


def _dotted(node: nodes.Node) -> str | None:
    """`ticket.number` of an expression that is such a name; None for any other."""
    if isinstance(node, nodes.Name):
        return node.name if node.ctx == "load" else None
    if isinstance(node, nodes.Getattr):
        before, part = _dotted(node.node), node.attr
    elif isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
        before, part = _dotted(node.node), node.arg.value
    else:
        return None
    return f"{before}.{part}" if before is not None else None
