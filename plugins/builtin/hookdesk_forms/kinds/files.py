"""Files: their bytes go into the site's storage at once, and what a form carries on is a signed note of where they are."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from werkzeug.datastructures import FileStorage
from wtforms import StringField
from wtforms.validators import Length

from hookdesk.api import CoreSettings, InboundFile, attachments, clean_line, current_actor, file_types, site
from hookdesk_forms.kinds.base import FieldKind, FieldProblem, Spec
from hookdesk_forms.kinds.texts import number

MOST_FILES, USUAL_FILES = 20, 3
PURPOSE, SIGNATURE = "forms-file", 26
_PARTS = ("sha256", "storage", "filename", "content_type", "size")


class Files(FieldKind):
    """One or several files within the site's limits, and the field's own. A value says where the bytes are."""

    name = "file"
    label = _l("Files")
    column = "data"
    compared = None
    template = "forms/controls/files.html"

    def controls(self) -> Mapping[str, Any]:
        """How many, how large, of which types."""
        return {
            "most": number(_l("Files, at most"), MOST_FILES, 1),
            "most_mb": number(_l("Megabytes each, at most"), 1000, 1),
            "endings": StringField(
                _l("Types"),
                [Length(max=300)],
                filters=[clean_line],
                description=_l(
                    "Endings with commas between them, as in pdf, png. Left empty, all that the site takes."
                ),
            ),
        }

    def is_multiple(self, spec: Spec) -> bool:
        """Unless it is one file."""
        return _most(spec) > 1

    def sent(self, spec: Spec, request: Request, stage: str) -> list[Any]:
        """What was there and is kept, and what was chosen now, stored: so it is still there if something else was wrong."""
        kept = [note for token in request.form.getlist(spec.control)[:MOST_FILES] if (note := _opened(spec, token))]
        if stage != "sent":
            return kept
        new = [one for one in request.files.getlist(spec.control) if one.filename]
        if len(kept) + len(new) > _most(spec):
            raise FieldProblem(_("At most %(most)s files at a time.", most=_most(spec)))
        for one in new:
            _check(spec, one)
        return [*kept, *(_stored(one) for one in new)]

    def accept(self, spec: Spec, given: Any) -> tuple[Any, ...]:
        """Notes of stored files."""
        items = given if isinstance(given, list | tuple) else [given]
        if not all(isinstance(item, Mapping) and all(part in item for part in _PARTS) for item in items):
            raise FieldProblem(_("Files cannot be given in this way."))
        return tuple({part: item[part] for part in (*_PARTS, "id") if part in item} for item in items)

    def plain(self, value: Any) -> Any:
        """Where the bytes are."""
        return {part: value[part] for part in _PARTS}

    def typed(self, spec: Spec, value: Any) -> str:
        """The signed note."""
        return _note(spec, self.plain(value))

    def words(self, spec: Spec, values: Sequence[Any]) -> str:
        """Names."""
        return ", ".join(value["filename"] for value in values)

    def html(self, spec: Spec, values: Sequence[Any]) -> Markup:
        """Links, each of which asks the guard again."""
        address = "agent_file" if current_actor().is_agent else "file"
        link = Markup('<a href="{}"><bdi>{}</bdi></a>')
        return Markup("<br>").join(
            link.format(url_for(f"forms.{address}", value_id=value["id"], name=value["filename"]), value["filename"])
            for value in values
        )

    def context(self, spec: Spec) -> Mapping[str, Any]:
        """Its limits in words."""
        return {"most": _most(spec), "limit": _limit(spec), "endings": _endings(spec)}


def _most(spec: Spec) -> int:
    """How many files."""
    return int(min(spec.options.get("most") or USUAL_FILES, MOST_FILES))


def _limit(spec: Spec) -> int:
    """How many bytes each."""
    site_most = site().settings.get("core", CoreSettings).max_file_bytes
    return int(min((spec.options.get("most_mb") or 1_000_000) * 1_000_000, site_most))


def _endings(spec: Spec) -> list[str]:
    """The endings that the field takes; none for all."""
    parts = str(spec.options.get("endings") or "").replace(",", " ").split()
    return [part.strip(".").lower() for part in parts]


def _check(spec: Spec, given: FileStorage) -> None:
    """Hold a file to the limits.

    Raises:
        FieldProblem: it breaks one; the words name the file.
    """
    name = str(given.filename)
    head = given.stream.read(file_types.HEAD)
    allowed = site().settings.get("core", CoreSettings).allowed_file_types
    if not file_types.is_taken(name, head, allowed) or not file_types.is_taken(name, head, _endings(spec)):
        raise FieldProblem(_("%(name)s: files of this type are not taken here.", name=name[:100]))
    given.stream.seek(0, 2)
    if given.stream.tell() > _limit(spec):
        raise FieldProblem(
            _("%(name)s is larger than %(most)s MB.", name=name[:100], most=max(_limit(spec) // 1_000_000, 1))
        )
    given.stream.seek(0)


def _stored(given: FileStorage) -> dict[str, Any]:
    """Store a file; where it is.

    Raises:
        FieldProblem: files cannot be stored at the moment.
    """
    file = InboundFile(str(given.filename), given.mimetype or "application/octet-stream", given.stream.read())
    try:
        stored = attachments.store(file)
    except (attachments.NoStorage, OSError):
        raise FieldProblem(
            _("Files cannot be stored at the moment. Send it without them, or try again later.")
        ) from None
    return {part: getattr(stored, part) for part in _PARTS}


def _note(spec: Spec, value: Mapping[str, Any]) -> str:
    """A note of where a file is, signed for one field alone: nobody can name bytes that they did not send or see."""
    text = base64.urlsafe_b64encode(json.dumps(value, sort_keys=True).encode()).decode()
    return f"{text}.{site().keys.sign(f'{PURPOSE}-{spec.id}', text, SIGNATURE)}"


def _opened(spec: Spec, token: str) -> dict[str, Any] | None:
    """What a note says; None if we did not write it."""
    text, _dot, signature = token.rpartition(".")
    if len(signature) != SIGNATURE or not site().keys.verify(f"{PURPOSE}-{spec.id}", text, signature):
        return None
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text))
    return found
