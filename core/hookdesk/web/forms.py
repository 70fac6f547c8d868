"""Forms: Flask-WTF with our translations, and files checked against the site's limits."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from html import unescape
from typing import Any

from flask import request
from flask_babel import gettext
from flask_wtf import FlaskForm
from flask_wtf.file import MultipleFileField
from flask_wtf.form import _Auto
from werkzeug.datastructures import CombinedMultiDict, FileStorage, MultiDict
from wtforms import Field, FileField, TextAreaField, ValidationError

from hookdesk.services import attachments, file_types
from hookdesk.services.html import html_to_text, sanitize_html
from hookdesk.settings import CoreSettings
from hookdesk.site import site
from hookdesk.types.backends import StoredFile
from hookdesk.types.intake import InboundFile
from hookdesk.web.actor import current_actor
from hookdesk.web.bodies import text_to_html

_LINK = re.compile(r'<a href="([^"]*)"[^<>]*>.*?</a>', re.DOTALL)


def optional_id(value: str | int | None) -> int | None:
    """The id of a choice; None for "nothing chosen". What a SelectField over ids coerces by."""
    return int(value) if value not in (None, "", "None") else None


def is_markup(text: str) -> bool:
    """True for what an editor takes for HTML, as it begins and ends with tags."""
    return re.fullmatch(r"\s*<\w[^<>]*>.*</\w+>\s*", text, re.DOTALL) is not None


class Form(FlaskForm):  # type: ignore[misc]  # Flask-WTF is not typed
    """The base of all forms: CSRF on, messages in the reader's language."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # Flask-WTF is not typed
        """What a form is filled from."""

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """Text for text fields and files for file fields, whatever was sent under their names; never JSON with its other types."""
            if formdata is not _Auto:
                return formdata
            if request.method not in ("POST", "PUT", "PATCH", "DELETE"):
                return None
            names = {name for name, item in form._fields.items() if isinstance(item, FileField)}
            files = MultiDict((name, item) for name, item in request.files.items(multi=True) if name in names)
            return CombinedMultiDict((files, request.form))

    def problems(self) -> dict[str, Sequence[str]]:
        """Field name → what is wrong with it."""
        found: dict[str, Sequence[str]] = self.errors
        return found


class FilesField(MultipleFileField):  # type: ignore[misc]  # Flask-WTF is not typed
    """Any number of files within the site's limits on number, size and type.

    `kept` are those that an earlier try has stored (`keep`): they come back as tokens, under the same name as what is uploaded.
    """

    data: list[FileStorage]
    kept: tuple[StoredFile, ...] = ()

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Take uploads and tokens; those that are too old, or not ours, are dropped."""
        super().process_formdata(valuelist)
        found = (attachments.of_token(one, current_actor().user_id) for one in valuelist if isinstance(one, str))
        self.kept = tuple(file for file in found if file is not None)

    def pre_validate(self, form: Any) -> None:
        """Check number, types and sizes.

        Raises:
            ValidationError: a limit is broken; the message names the file.
        """
        given = self.data or []
        limits = site().settings.get("core", CoreSettings)
        if len(given) + len(self.kept) > limits.max_files:
            raise ValidationError(gettext("At most %(most)s files at a time.", most=limits.max_files))
        if sum(file.size for file in self.kept) > site().config.max_upload_bytes:
            raise ValidationError(gettext("These files are too large together."))
        for item in given:
            name = str(item.filename)
            head = item.stream.read(file_types.HEAD)
            if not file_types.is_taken(name, head, limits.allowed_file_types):
                raise ValidationError(gettext("%(name)s: files of this type are not taken here.", name=name[:100]))
            item.stream.seek(0, 2)
            if item.stream.tell() > limits.max_file_bytes:
                most = limits.max_file_bytes // 1_000_000
                raise ValidationError(gettext("%(name)s is larger than %(most)s MB.", name=name[:100], most=most))
            item.stream.seek(0)

    def files(self) -> tuple[InboundFile, ...]:
        """All of them, read into memory (bounded by the limits)."""
        found = [
            InboundFile(file.filename, file.content_type, b"".join(attachments.read(file.sha256, file.storage)))
            for file in self.kept
        ]
        for item in self.data or []:
            item.stream.seek(0)
            found.append(
                InboundFile(str(item.filename), item.mimetype or "application/octet-stream", item.stream.read())
            )
        return tuple(found)

    def keep(self) -> tuple[StoredFile, ...]:
        """Of a form that was validated and comes back: store what was uploaded, if it can be and is not at fault itself; all that is kept.

        Whoever lets strangers call this lets them store files without sending anything: ask first what keeps machines out.
        """
        with suppress(attachments.NoStorage, OSError):
            if not self.errors:
                self.data, self.kept = [], tuple(attachments.store(file) for file in self.files())
        return self.kept


class RichTextField(TextAreaField):  # type: ignore[misc]  # WTForms is not typed
    """A text that may be formatted: `html` is sanitized, "" if nothing is formatted, and `data` its words.

    It is filled with words or HTML. `upload` is where pasted pictures are stored, "" for nowhere; the form then has a `StoredFilesField`
    named `kept`, and `files` are those that stand in the text already, as `carried`.
    """

    html: str = ""
    files: Sequence[Mapping[str, Any]] = ()

    def __init__(self, *args: Any, upload: str = "", **kwargs: Any) -> None:
        """Like a text area."""
        self.upload = upload
        super().__init__(*args, **kwargs)

    @property
    def markup(self) -> str:
        """As HTML, formatted or not."""
        return self.html or str(text_to_html(self.data or ""))

    @property
    def plain(self) -> str:
        """What the text area holds: the source of what is formatted, for browsers without JavaScript."""
        return self.html or self.data or ""

    def process_data(self, value: str | None) -> None:
        """Take what the form begins with."""
        self._take(value or "")

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Take what was sent: the words, then the HTML if there is an editor and anything is formatted."""
        if valuelist:
            self._take(valuelist[-1], is_html=len(valuelist) > 1)

    def _take(self, value: str, is_html: bool = False) -> None:
        """Words, or what is or looks like HTML."""
        self.html = sanitize_html(value) if is_html or is_markup(value) else ""
        self.data = html_to_text(_LINK.sub(_told, self.html)) if self.html else value


def _told(link: re.Match[str]) -> str:
    """A link as words tell it: with its address, unless that is what stands there."""
    return (
        link[0]
        if unescape(link[1]).removeprefix("mailto:") in unescape(link[0]).split(">", 1)[1]
        else f"{link[0]} ({link[1]})"
    )


class StoredFilesField(Field):  # type: ignore[misc]  # WTForms is not typed
    """Any number of files that are stored already, as signed tokens (`attachments.token`) in hidden inputs of one name."""

    data: tuple[StoredFile, ...] = ()

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read the tokens; those that are too old, or not ours, are told of."""
        most, holder = site().settings.get("core", CoreSettings).max_files, current_actor().user_id
        found = [attachments.of_token(text, holder) for text in valuelist[:most]]
        self.data = tuple(file for file in found if file is not None)
        if len(self.data) < len(valuelist):
            raise ValueError(gettext("A file that was added has to be added again."))
