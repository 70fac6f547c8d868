"""The colours that a tag can have: classes of the stylesheet, whose pairs of tokens are checked for contrast."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

COLOURS: Mapping[int, str] = {
    0: _l("No colour"),
    1: _l("Blue"),
    2: _l("Green"),
    3: _l("Orange"),
    4: _l("Violet"),
    5: _l("Teal"),
    6: _l("Grey"),
}
"""Number → name; `tags.css` has a class for each."""
