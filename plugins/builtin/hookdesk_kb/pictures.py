"""An article's words between editor, table and page: pictures are addresses on pages and `cid:` in the table, as in mails."""

from __future__ import annotations

import re
from collections.abc import Mapping

from flask import url_for
from markupsafe import Markup

from hookdesk.api import html_body, sanitize_html

_TITLE = re.compile(r"<(/?)h1\b", re.IGNORECASE)


def content_id(file_id: int) -> str:
    """What names a file inside an article."""
    return f"kb-{file_id}"


def stored(html: str) -> str:
    """HTML from an editor as it is kept: harmless, with headings below the article's own."""
    return _TITLE.sub(r"<\1h2", sanitize_html(html))


def shown(html: str, names: Mapping[int, str], endpoint: str) -> Markup:
    """The same for a page; `names` are the article's files by id, `endpoint` serves them at this face."""
    addresses = {content_id(key): url_for(endpoint, file_id=key, name=name) for key, name in names.items()}
    return html_body(html, addresses, show_remote=False)[0]
