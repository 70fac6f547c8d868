"""What a filter said before, and what it did."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from hookdesk.api import NotFound, Ticket, admin, current_actor, id_argument, reading, scope
from hookdesk_filters import services
from hookdesk_filters.models import Hit, Version
from hookdesk_filters.rules import RuleProblem, RuleValues
from hookdesk_filters.views.blueprint import Wording, bp, found

SIZE = 50
MOST_VERSIONS = 100


@bp.get("/<int:rule_id>/history")
@admin
def history(rule_id: int) -> str:
    """Its versions, the newest first, each with what differs from the one before."""
    rule, _values = found(rule_id)
    asked = select(Version).where(Version.rule_id == rule_id).order_by(Version.number.desc()).limit(MOST_VERSIONS + 1)
    rows = list(reading().scalars(asked))
    words = Wording()
    shown = [
        {"row": row, "changes": _differences(before, row, words)}
        for row, before in zip(rows, [*rows[1:], None], strict=True)
    ]
    return render_template("filters/history.html", rule=rule, versions=shown[:MOST_VERSIONS])


def _differences(before: Version | None, after: Version, words: Wording) -> list[tuple[str, list[str], list[str]]]:
    """What a version says differently, part by part: the part, what it said, what it says."""
    new = _told(_values(after), words)
    old = _told(_values(before), words) if before is not None else {}
    return [
        (part, [line for line in old.get(part, []) if line not in said], [line for line in said if line not in old.get(part, [])])
        for part, said in new.items()
        if said != old.get(part, [])
    ]  # fmt: skip


def _values(row: Version) -> RuleValues:
    """What a version says."""
    return RuleValues.from_json({name: getattr(row, name) for name in RuleValues.__dataclass_fields__})


def _told(values: RuleValues, words: Wording) -> dict[str, list[str]]:
    """A rule in words, by its parts."""
    return {
        _("Name"): [values.name],
        _("Channels"): words.channels(values) or [_("All")],
        _("Conditions"): [words.conditions(values)],
        _("Actions"): words.does(values),
        _("Afterwards"): [_("stops here") if values.stops else _("later filters are asked")],
        _("Notes"): values.notes.splitlines(),
    }


@bp.post("/<int:rule_id>/versions/<int:number>/restore")
@admin
def restore(rule_id: int, number: int) -> Response:
    """Let it say again what it said then."""
    found(rule_id)
    try:
        services.roll_back(current_actor(), rule_id, number)
    except RuleProblem as problem:
        flash(_("Version %(number)s cannot be restored: %(problem)s", number=number, problem=str(problem)), "danger")
    except LookupError as error:
        raise NotFound(str(error)) from None
    else:
        flash(_("The filter says again what it said in version %(number)s.", number=number), "success")
    return redirect(url_for("filters.history", rule_id=rule_id))


@bp.get("/<int:rule_id>/decisions")
@admin
def decisions(rule_id: int) -> str:
    """On which tickets it matched of late, and what it did there."""
    rule, _values = found(rule_id)
    before = id_argument("before")
    asked: Any = (
        select(Hit, Ticket.number, Ticket.subject)
        .outerjoin(Ticket, (Ticket.id == Hit.ticket_id) & scope(current_actor()))
        .where(Hit.rule_id == rule_id)
        .order_by(Hit.id.desc())
        .limit(SIZE + 1)
    )
    if before is not None:
        asked = asked.where(Hit.id < before)
    rows = reading().all(asked)
    older = rows[SIZE - 1][0].id if len(rows) > SIZE else None
    return render_template(
        "filters/decisions.html", rule=rule, rows=rows[:SIZE], older=older, is_first=before is None, words=Wording()
    )
