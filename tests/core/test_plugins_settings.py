"""Settings: stated once, shown as a form, stored typed, secrets kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest
from sqlalchemy import select

from hookdesk.counters import Counters
from hookdesk.db import migrate
from hookdesk.db.engine import Database
from hookdesk.models import Setting, SystemLog
from hookdesk.secrets import Keys
from hookdesk.settings import MASK, CoreSettings, SettingsError, SettingsStore, describe, parse, setting
from hookdesk.types.actors import system


@dataclass(frozen=True)
class Example:
    """One field of each kind."""

    version: ClassVar[int] = 2
    title: str = setting("Hello", label="Title", minimum=1, maximum=20)
    count: int = setting(3, label="Count", minimum=1, maximum=5)
    share: float = setting(0.5, label="Share")
    is_on: bool = setting(True, label="On")
    colour: str = setting("red", label="Colour", choices=(("red", "Red"), ("blue", "Blue")))
    words: tuple[str, ...] = setting(["a"], label="Words", help="One a line.")
    about: str = setting("", label="About", multiline=True)
    password: str = setting("", label="Password", secret=True)
    even: int = setting(2, label="Even", check=lambda value: "This is odd." if value % 2 else "")

    @classmethod
    def upgrade(cls, values: dict[str, Any], from_version: int) -> dict[str, Any]:
        """Version 1 called the title a name."""
        values["title"] = values.pop("name", "?")
        return values


class Seconds:
    """A clock's hand that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    url = f"sqlite:///{tmp_path / 'settings.db'}"
    migrate.upgrade(url)
    database = Database(url)
    yield database
    database.dispose()


@pytest.fixture
def store(db: Database) -> SettingsStore:
    return SettingsStore(db, Keys(b"key"))


def raw(db: Database, scope: str = "example") -> Any:
    with db.read() as reading:
        return reading.scalar(select(Setting.values).where(Setting.scope == scope))


def test_the_form_follows_from_the_class() -> None:
    kinds = {field.name: field.kind for field in describe(Example)}
    assert kinds == {
        "title": "text", "count": "number", "share": "number", "is_on": "boolean",
        "colour": "choice", "words": "list", "about": "multiline", "password": "secret", "even": "number",
    }  # fmt: skip
    words = next(field for field in describe(Example) if field.name == "words")
    assert (words.label, words.help, words.default) == ("Words", "One a line.", ("a",))


def test_what_a_form_sends_becomes_typed_values() -> None:
    form = {
        "title": " Hi ",
        "count": "4",
        "share": "0.25",
        "colour": "blue",
        "words": "x\r\n\r\n y ",
        "about": "a\r\nb",
        "password": "p",
    }
    values, errors = parse(Example, form)
    assert errors == {}
    assert values == {
        "title": "Hi", "count": 4, "share": 0.25, "is_on": False, "colour": "blue", "words": ("x", "y"), "about": "a\nb", "password": "p",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("title", ""),
        ("title", "x" * 21),
        ("count", "six"),
        ("count", "6"),
        ("count", "0"),
        ("count", "2.5"),
        ("colour", "green"),
        ("share", "much"),
        ("share", "nan"),
        ("share", "inf"),
        ("about", "x" * 20_001),
        ("words", "w\n" * 1001),
        ("even", "3"),
    ],
)
def test_what_does_not_fit_is_an_error_of_its_field_and_no_value(name: str, text: str) -> None:
    values, errors = parse(Example, {name: text})
    assert name in errors
    assert name not in values


def test_values_come_back_as_they_were_saved(store: SettingsStore) -> None:
    assert store.get("example", Example) == Example()
    store.save("example", Example, {"count": 5, "words": ("b", "c")}, system())
    assert store.get("example", Example) == Example(count=5, words=("b", "c"))
    store.save("example", Example, {"count": 2}, system())
    assert store.get("example", Example) == Example(count=2, words=("b", "c"))


def test_another_process_sees_a_change_within_a_second(db: Database, store: SettingsStore) -> None:
    seconds = Seconds()
    other = SettingsStore(db, Keys(b"key"), Counters(db, seconds))
    assert other.get("example", Example).count == 3
    store.save("example", Example, {"count": 5}, system())
    seconds.now = 0.9
    assert other.get("example", Example).count == 3
    seconds.now = 1.0
    assert other.get("example", Example).count == 5


def test_a_secret_is_encrypted_masked_and_kept(db: Database, store: SettingsStore) -> None:
    store.save("example", Example, {"password": "hunter2"}, system("Ada"))
    assert "hunter2" not in str(raw(db))
    assert store.get("example", Example).password == "hunter2"
    assert "hunter2" not in repr(store.get("example", Example))
    assert store.form_values("example", Example)["password"] == MASK
    values, _ = parse(Example, {"password": MASK})
    store.save("example", Example, values, system())
    assert store.get("example", Example).password == "hunter2"
    values, _ = parse(Example, {"password": ""})
    store.save("example", Example, values, system())
    assert store.form_values("example", Example)["password"] == ""


def test_the_log_names_who_and_what_but_no_value(db: Database, store: SettingsStore) -> None:
    store.save("example", Example, {"password": "hunter2"}, system("Ada"))
    with db.read() as reading:
        message = reading.scalar(select(SystemLog.message))
    assert message == "Ada changed settings of example: password"


def test_a_secret_may_stand_in_the_environment_or_a_file(
    store: SettingsStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXAMPLE_PASSWORD", "from the environment")
    store.save("example", Example, {"password": "$env:EXAMPLE_PASSWORD"}, system())
    assert store.get("example", Example).password == "from the environment"
    assert store.form_values("example", Example)["password"] == "$env:EXAMPLE_PASSWORD"
    (tmp_path / "secret").write_text("from a file\n")
    store.save("example", Example, {"password": f"$file:{tmp_path / 'secret'}"}, system())
    assert store.get("example", Example).password == "from a file"


def test_a_reference_that_leads_nowhere_is_told_with_the_setting_and_the_form_still_opens(store: SettingsStore) -> None:
    store.save("example", Example, {"password": "$env:NOT_SET_ANYWHERE"}, system())
    with pytest.raises(SettingsError, match=r"password of example: \$env:NOT_SET_ANYWHERE"):
        store.get("example", Example)
    assert store.form_values("example", Example)["password"] == "$env:NOT_SET_ANYWHERE"


def test_a_secret_of_another_key_is_told(db: Database, store: SettingsStore) -> None:
    store.save("example", Example, {"password": "hunter2"}, system())
    with pytest.raises(SettingsError, match="does not fit this instance's key"):
        SettingsStore(db, Keys(b"another")).get("example", Example)


def test_older_values_are_upgraded(db: Database, store: SettingsStore) -> None:
    store.save("example", Example, {}, system())
    with db.write() as session:
        row = session.get(Setting, "example")
        assert row is not None
        row.version, row.values = 1, {"name": "Old"}
    assert SettingsStore(db, Keys(b"key")).get("example", Example).title == "Old"


def test_a_stored_value_that_no_longer_fits_gives_way_to_the_default(db: Database, store: SettingsStore) -> None:
    store.save("example", Example, {"count": 5}, system())
    with db.write() as session:
        row = session.get(Setting, "example")
        assert row is not None
        row.values = {"count": 99, "title": "Kept", "gone": 1}
    fresh = SettingsStore(db, Keys(b"key")).get("example", Example)
    assert (fresh.count, fresh.title) == (3, "Kept")


@pytest.mark.parametrize("values", [{"nothing": 1}, {"count": "4"}, {"count": 9}, {"is_on": 1}, {"words": [1]}])
def test_what_does_not_fit_is_not_saved(db: Database, store: SettingsStore, values: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match="example"):
        store.save("example", Example, values, system())
    assert raw(db) is None


def test_a_site_without_tables_has_the_defaults(tmp_path: Path) -> None:
    empty = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    assert SettingsStore(empty, Keys(b"key")).get("core", CoreSettings) == CoreSettings()
    empty.dispose()


def test_a_field_that_has_no_form_is_told() -> None:
    @dataclass(frozen=True)
    class Wrong:
        when: bytes = setting(b"", label="When")

    with pytest.raises(SettingsError, match=r"Wrong\.when must be str"):
        describe(Wrong)


def test_cores_own_defaults_fit_their_form() -> None:
    for field in describe(CoreSettings):
        assert field.fit(field.default) == field.default
