"""Every hook is stated in full, named by its shape, called by somebody, documented and tested."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

import hookdesk
from hookdesk.hookspecs.spec import Combine, OnError, Shape, SpecInfo, When
from tests.contracts.specs import every_spec

ROOT = Path(__file__).resolve().parents[2]
HOOK_PAGE = ROOT / "docs" / "hooks.md"


SPECS = list(every_spec())
each_spec = pytest.mark.parametrize(("holder", "info"), SPECS, ids=[info.name for _, info in SPECS])


def texts(*folders: str) -> str:
    """All Python and templates below these folders."""
    files = [file for folder in folders for file in (ROOT / folder).rglob("*") if file.suffix in (".py", ".html")]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


CODE = texts("core", "plugins", "tools")


@each_spec
def test_it_says_what_it_is_for(holder: type, info: SpecInfo) -> None:
    assert info.doc.rstrip().endswith((".", ")", "`"))
    assert info.since <= hookdesk.__version__


@each_spec
def test_its_arguments_are_typed_and_keyword_only(holder: type, info: SpecInfo) -> None:
    given = [item for name, item in info.signature.parameters.items() if name != "self"]
    assert all(item.kind is inspect.Parameter.KEYWORD_ONLY for item in given)
    assert all(item.annotation is not inspect.Parameter.empty for item in given)
    assert info.signature.return_annotation is not inspect.Signature.empty


@each_spec
def test_its_name_tells_its_shape(holder: type, info: SpecInfo) -> None:
    last = info.name.rpartition("_")[2]
    if info.shape is Shape.CHAIN:
        assert last in ("filter", "transform")
    elif info.shape is Shape.EVENT:
        assert any(word.endswith("ed") for word in info.name.split("_"))
    elif info.combine is Combine.ANY_VETO:
        assert last in ("allowed", "paused")
    elif info.combine is Combine.STRONGEST:
        assert last == "screen"
    elif info.combine is Combine.SQL_AND:
        assert last == "scope"
    elif info.combine is Combine.CONCAT:
        assert last.endswith("s") or info.name == "template_slot"
    else:
        assert not last.endswith("s")


@each_spec
def test_its_shape_fits_when_it_runs(holder: type, info: SpecInfo) -> None:
    if info.shape is Shape.EVENT:
        assert (info.when, info.arguments, info.combine) == (When.AFTER, ("event",), None)
    if info.shape is Shape.CHAIN:
        assert info.arguments
    if info.on_error is OnError.DENY:
        # A mail is not refused for good because a plugin failed.
        is_access = info.name.startswith(("auth_", "permission_"))
        assert is_access or info.name == "knows_mailbox", "only access and sign-in fail closed"


@each_spec
def test_somebody_asks_it(holder: type, info: SpecInfo) -> None:
    called = f"{holder.__name__}.{info.name}" in CODE
    emitted = info.shape is Shape.EVENT and re.search(rf'emit\([^)]*"{info.name}"|"{info.name}"', CODE)
    assert called or emitted, "a hook that nobody asks is a promise that nobody keeps"


@each_spec
def test_it_stands_in_the_reference(holder: type, info: SpecInfo) -> None:
    assert f"### {info.name}\n" in HOOK_PAGE.read_text(encoding="utf-8")


def test_no_two_hooks_share_a_name() -> None:
    names = [info.name for _, info in SPECS]
    assert sorted(names) == sorted(set(names))


def test_what_the_reference_says_is_what_the_code_says() -> None:
    from tools.reference import api_page, hooks_page

    hint = "run `python -m tools.reference`"
    assert HOOK_PAGE.read_text(encoding="utf-8") == hooks_page(), hint
    assert (ROOT / "docs" / "api.md").read_text(encoding="utf-8") == api_page(), hint
