"""An article's words between editor, table and page: pictures are addresses on pages and `cid:` in the table, as in mails."""

from __future__ import annotations

import re
from collections.abc import Mapping

from flask import url_for
from markupsafe import Markup

from hookdesk.api import html_body, sanitize_html

_TAG = re.compile(r"<([a-z][a-z0-9]*)\b", re.IGNORECASE)
_SIMPLE = frozenset("a b blockquote br code del div em h1 h2 i img li mark ol p pre s span strong ul".split())
_TITLE = re.compile(r"<(/?)h1\b", re.IGNORECASE)


def content_id(file_id: int) -> str:
    """What names a file inside an article."""
    return f"kb-{file_id}"


def stored(html: str) -> str:
    """HTML from an editor as it is kept: harmless, with headings below the article's own."""
    return _TITLE.sub(r"<\1h2", sanitize_html(html))


def is_simple(html: str) -> bool:
    """True if the editor keeps all of it: it knows no tables, for one."""
    return {found[1].lower() for found in _TAG.finditer(html)} <= _SIMPLE


def shown(html: str, names: Mapping[int, str], endpoint: str) -> Markup:
    """The same for a page; `names` are the article's files by id, `endpoint` serves them at this face."""
    addresses = {content_id(key): url_for(endpoint, file_id=key, name=name) for key, name in names.items()}
    return html_body(html, addresses, show_remote=False)[0]
