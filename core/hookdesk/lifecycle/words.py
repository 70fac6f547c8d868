"""What the admin panel tells of plugins and themes, for Babel to extract: titles and descriptions stand in no call of gettext.

A Babel mapping names both before its own methods, as the repository's setup.cfg does.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from typing import Any, BinaryIO

from babel.messages.extract import extract_python

from hookdesk.lifecycle.discovery import first_paragraph


def plugin(file: BinaryIO, keywords: Any, comments: Any, options: Any) -> Iterator[tuple[int, Any, Any, Any]]:
    """Title and description of the plugin's class, then what every Python module is searched for."""
    for node in ast.parse(file.read()).body:
        if isinstance(node, ast.ClassDef) and any("Plugin" in ast.unparse(base) for base in node.bases):
            title, _, rest = (ast.get_docstring(node) or "").partition("\n")
            yield from ((node.lineno, "_", words, []) for words in (title.rstrip("."), first_paragraph(rest)) if words)
    file.seek(0)
    yield from extract_python(file, keywords, comments, options)


def theme(file: BinaryIO, keywords: Any, comments: Any, options: Any) -> Iterator[tuple[int, Any, Any, Any]]:
    """Title and description of a theme."""
    data = tomllib.loads(file.read().decode())
    yield from ((1, "_", data[name], []) for name in ("title", "description") if data.get(name))
