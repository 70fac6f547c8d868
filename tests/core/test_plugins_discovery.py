"""What is installed is told from metadata and source text; nothing is imported for it."""

from __future__ import annotations

import sys
from importlib.metadata import entry_points

import pytest
from tests.broken_plugins.install import Install

from hookdesk.lifecycle.discovery import discover
from hookdesk.lifecycle.order import dependents, resolve

BOOBY_TRAPPED = '''
raise SystemExit("imported!")

class Broken(Plugin):
    """Spam words.

    Quarantine messages that
    contain a listed word.
    """

    depends = ("topics", "email_in")
    uses: ClassVar[tuple[str, ...]] = ("reports",)
    capabilities = make_them_up()

    def on_enable(self):
        pass
'''


def test_everything_is_read_without_running_a_line(install: Install) -> None:
    folder = install(
        "spam_words", BOOBY_TRAPPED, files={"migrations/0001_first.py": "raise SystemExit"}, requires="hookdesk>=0.1,<9"
    )
    found = discover()["spam_words"]
    assert (found.title, found.description) == ("Spam words", "Quarantine messages that\ncontain a listed word.")
    assert (found.version, found.author, found.homepage) == ("1.0", "Nobody", "https://spam_words.example")
    assert (found.is_builtin, found.is_compatible, str(found.core_range)) == (False, True, "<9,>=0.1")
    assert found.declared("depends") == ("topics", "email_in")
    assert found.declared("uses") == ("reports",)
    assert found.declared("capabilities") == ()
    assert (found.defines("on_enable"), found.defines("on_disable")) == (True, False)
    assert (found.folder, found.migrations) == (folder, folder / "migrations")
    assert "hookdesk_spam_words" not in sys.modules


def test_source_that_is_no_python_still_has_a_name(install: Install) -> None:
    install("scrambled", "def (:")
    found = discover()["scrambled"]
    assert (found.title, found.description, found.problem) == ("scrambled", "A broken plugin", "")


def test_a_plugin_may_be_a_single_module(install: Install) -> None:
    folder = install("small", entry="small_plugin:Broken")
    (folder.parent / "small_plugin.py").write_text('class Broken(Plugin):\n    """Small\n\n    One file."""\n')
    found = discover()["small"]
    assert (found.title, found.description, found.folder) == ("Small", "One file.", None)


def test_a_plugin_whose_package_is_gone_still_has_a_name(install: Install) -> None:
    install("ghost", entry="no_such_package.plugin:Broken")
    assert (discover()["ghost"].title, discover()["ghost"].folder) == ("ghost", None)


def test_what_is_in_the_box_is_known(install: Install) -> None:
    install("stranger")
    found = discover()
    assert {slug for slug, item in found.items() if item.is_builtin} >= {
        "portal",
        "desk",
        "admin",
        "email_in",
        "email_out",
    }
    assert not found["stranger"].is_builtin


@pytest.mark.parametrize("slug", ["Spam", "spam__words", "spam_", "_spam", "9lives", "spam-words", "s" * 25, "späm"])
def test_a_slug_that_breaks_the_rule_is_told(slug: str, install: Install) -> None:
    install(slug, distribution="odd", entry="hookdesk_odd.plugin:Broken")
    assert "is no slug" in discover()[slug].problem


@pytest.mark.parametrize("slug", ["s", "spam", "spam_words", "a1_b2", "s" * 24])
def test_a_slug_that_keeps_the_rule_is_taken(slug: str, install: Install) -> None:
    install(slug)
    assert discover()[slug].problem == ""


def test_a_requirement_that_nobody_can_read_is_told(install: Install) -> None:
    install("vague", requires="hookdesk about one or two")
    assert "requirement that nobody can read" in discover()["vague"].problem


def test_an_address_that_is_no_web_page_is_not_shown(install: Install) -> None:
    folder = install("linked")
    metadata = next(folder.parent.glob("*.dist-info")) / "METADATA"
    metadata.write_text(metadata.read_text().replace("https://linked.example", "javascript:alert(1)"))
    assert discover()["linked"].homepage == ""


def depending(install: Install, slug: str, *needs: str) -> None:
    """Install a plugin that depends on others."""
    install(slug, f"class Broken(Plugin):\n    depends = {needs!r}\n")


def test_dependencies_go_first_then_the_admins_order_then_the_slug(install: Install) -> None:
    for slug, needs in {"aa": ("zz",), "bb": (), "cc": (), "zz": ()}.items():
        depending(install, slug, *needs)
    found = discover()
    order, problems = resolve(found, {"aa": 1, "bb": None, "cc": 2, "zz": None})
    assert [item.slug for item in order] == ["cc", "bb", "zz", "aa"]
    assert problems == {}


def test_what_the_admin_has_not_placed_comes_after_what_it_uses_unless_they_use_each_other(install: Install) -> None:
    uses = {"aa": ("zz", "gone"), "bb": ("cc",), "cc": ("bb",), "dd": ("zz",), "zz": ()}
    for slug, others in uses.items():
        install(slug, f"class Broken(Plugin):\n    uses = {others!r}\n")
    order, problems = resolve(discover(), {**dict.fromkeys(uses), "dd": 1})
    assert [item.slug for item in order] == ["dd", "zz", "aa", "bb", "cc"]
    assert problems == {}


def test_what_lacks_its_dependency_is_left_out_with_all_that_hangs_on_it(install: Install) -> None:
    depending(install, "aa", "gone")
    depending(install, "bb", "aa")
    depending(install, "cc")
    order, problems = resolve(discover(), {"aa": None, "bb": None, "cc": None})
    assert [item.slug for item in order] == ["cc"]
    assert "it depends on gone" in problems["aa"]
    assert "it depends on aa" in problems["bb"]


def test_a_circle_is_left_out_and_told(install: Install) -> None:
    depending(install, "aa", "bb")
    depending(install, "bb", "aa")
    depending(install, "cc", "bb")
    depending(install, "dd")
    order, problems = resolve(discover(), dict.fromkeys(("aa", "bb", "cc", "dd")))
    assert [item.slug for item in order] == ["dd"]
    assert set(problems) == {"aa", "bb", "cc"}


def test_what_is_on_but_no_longer_installed_is_told() -> None:
    assert resolve({}, {"gone": 1}) == ([], {"gone": "it is switched on but not installed"})


def test_safe_mode_keeps_built_in_providers_of_capabilities_only(install: Install) -> None:
    install("clever", 'class Broken(Plugin):\n    capabilities = ("sign_in",)\n')
    found = discover()
    order, _ = resolve(found, dict.fromkeys(found), safe_mode=True)
    kept = {item.slug for item in order}
    assert "clever" not in kept
    assert kept >= {slug for slug, item in found.items() if item.is_builtin and item.declared("capabilities")}
    assert "why" not in kept


def test_dependents_are_found_by_way_of_others(install: Install) -> None:
    depending(install, "aa")
    depending(install, "bb", "aa")
    depending(install, "cc", "bb")
    assert dependents("aa", discover(), ["aa", "bb", "cc"]) == ["cc", "bb"]


def test_metadata_without_a_field_is_read_as_later_pythons_have_it(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From 3.12 on importlib.metadata warns of a field that is not there, and says that it will raise KeyError."""
    install("terse", "")
    message = type(entry_points(group="hookdesk.plugins", name="terse")["terse"].dist.metadata)
    monkeypatch.setattr(message, "__getitem__", lambda self, name: self.get_all(name)[0])
    assert discover()["terse"].summary == "A broken plugin"
