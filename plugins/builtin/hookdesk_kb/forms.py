"""The forms of articles and categories."""

from __future__ import annotations

from datetime import datetime

from flask_babel import get_timezone
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateTimeLocalField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from hookdesk.api import FilesField, Form, RichTextField, StoredFilesField, clean_line, clean_text, clock, optional_id
from hookdesk_kb.categories import Values
from hookdesk_kb.services import MOST_HTML, Details, Words


def state_words() -> dict[str, str]:
    """The states of an article as the desk calls them."""
    return {
        "draft": _l("Draft"),
        "published": _l("Published"),
        "internal": _l("Internal"),
        "archived": _l("Archived"),
    }


class ArticleForm(Form):
    """An article in one language, and what holds for it in all."""

    title = StringField(
        _l("Title"),
        [DataRequired(_l("Give the article a title.")), Length(max=200, message=_l("Use at most 200 characters."))],
        filters=[clean_line],
        description=_l("As a reader would ask."),
    )
    html = RichTextField(_l("Text"), [Length(max=MOST_HTML, message=_l("This is too long."))])
    files = FilesField(_l("Files"))
    kept = StoredFilesField()
    summary = StringField(
        _l("In one sentence"),
        [Length(max=300, message=_l("Use at most 300 characters."))],
        filters=[clean_line],
        description=_l("Shown in lists and by search engines."),
    )
    keywords = StringField(
        _l("Further words"),
        [Length(max=500, message=_l("Use at most 500 characters."))],
        filters=[clean_line],
        description=_l("What readers call it, if the text does not."),
    )
    category_id = SelectField(_l("Category"), coerce=optional_id)
    state = SelectField(_l("State"))
    publish_at = DateTimeLocalField(
        _l("Publish at"),
        [Optional()],
        format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        description=_l("In your time zone. Empty: as soon as it is saved as published."),
    )
    is_featured = BooleanField(_l("Show it first"), description=_l("On the portal's first page and in its category."))
    topics = SelectMultipleField(_l("Help topics"), description=_l("Where it is suggested first."))

    def details(self) -> Details:
        """What holds in all languages."""
        at: datetime | None = self.publish_at.data
        return Details(
            self.category_id.data, self.state.data, clock.local(at, get_timezone()) if at else None,
            self.is_featured.data, tuple(self.topics.data or ()),
        )  # fmt: skip

    def validate_publish_at(self, field: DateTimeLocalField) -> None:
        """It is a date that can be shown in any time zone."""
        try:
            clock.local(field.data or clock.now())
        except ValueError:
            raise ValidationError(_("That is no date and time.")) from None

    def words(self) -> Words:
        """What it says."""
        return Words(self.title.data, self.html.markup, self.summary.data or "", self.keywords.data or "")


class CategoryForm(Form):
    """A category; its names in further languages are plain fields beside it (`name_de`, `description_de`)."""

    name = StringField(
        _l("Name"),
        [DataRequired(_l("Give the category a name.")), Length(max=100, message=_l("Use at most 100 characters."))],
        filters=[clean_line],
    )
    parent_id = SelectField(_l("Parent category"), coerce=optional_id)
    description = TextAreaField(
        _l("Description"), [Length(max=2000, message=_l("Use at most 2,000 characters."))], filters=[clean_text]
    )
    is_public = BooleanField(
        _l("Show it on the portal"),
        default=True,
        description=_l("If off, agents alone read its articles. Holds for all below it too."),
    )
    is_featured = BooleanField(_l("Show it first"), description=_l("Before the other categories, on every page."))

    def values(self, names: dict[str, tuple[str, str]]) -> Values:
        """What was filled in."""
        return Values(
            self.name.data, self.parent_id.data, self.description.data or "", self.is_public.data,
            self.is_featured.data, names,
        )  # fmt: skip
