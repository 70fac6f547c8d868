"""The themes and core's templates fit together: each compiles, and an override extends what it replaces."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from hookdesk.web.pages import FILTERS
from hookdesk.web.themes import CORE, ChainLoader, ThemeChain, ThemeEnvironment, discover_themes

TEMPLATES = sorted(str(path.relative_to(CORE)) for path in CORE.rglob("*.html"))


def environment(theme: str, instance: Path) -> ThemeEnvironment:
    """An environment in which a theme is active and no plugin is there."""
    chain = ThemeChain(discover_themes(), instance, [])
    chain.activate(theme)
    env = ThemeEnvironment(Flask("test"), loader=ChainLoader(chain), extensions=["jinja2.ext.i18n"])
    env.filters.update(FILTERS)
    return env


@pytest.mark.parametrize("theme", ["default", "contrast"])
def test_every_template_compiles(theme: str, tmp_path: Path) -> None:
    """No template has a wrong tag or names a filter that is not there."""
    env = environment(theme, tmp_path)
    for name in TEMPLATES:
        env.get_template(name)


def test_a_child_theme_extends_what_it_replaces(tmp_path: Path) -> None:
    """`theme:` in the contrast theme leads to core's layout, since the default theme has none of its own."""
    env = environment("contrast", tmp_path)
    ours = env.get_template("layouts/base.html")
    assert ours.filename is not None
    assert "hookdesk_theme_contrast" in ours.filename
    below = env.get_template(env.join_path("theme:layouts/base.html", "layouts/base.html"))
    assert below.filename == str(CORE / "layouts/base.html")


def test_a_childs_stylesheets_follow_its_parents(tmp_path: Path) -> None:
    """So that its tokens win."""
    chain = ThemeChain(discover_themes(), tmp_path, [])
    chain.activate("contrast")
    sheets = chain.stylesheets()
    assert [theme for theme, _ in sheets] == sorted((theme for theme, _ in sheets), reverse=True)
    assert sheets[0] == ("default", "tokens.css")
    assert all((chain.themes[theme].folder / "static" / name).is_file() for theme, name in sheets)
