"""The command line: what a script relies on, and sentences in place of tracebacks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import update

from hookdesk import clock, outbox
from hookdesk.app import create_app
from hookdesk.cli.root import COMMANDS, root
from hookdesk.config import Config, load
from hookdesk.models import Agent, OutboxEvent, Ticket
from hookdesk.services.transaction import transact
from hookdesk.site import site
from hookdesk.testing import Instances
from hookdesk.testing.instances import SECRET, end

DOCS = Path(__file__).parents[2] / "docs" / "operations.md"
Run = Callable[..., Result]


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the commands of a test look for the instance; nothing is there yet."""
    for name in [name for name in os.environ if name.startswith("HOOKDESK_") and name != "HOOKDESK_TEST_SERVERS"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOOKDESK_INSTANCE", str(tmp_path / "instance"))
    return tmp_path / "instance"


@pytest.fixture
def run(instance: Path) -> Run:
    """`run("agent", "create", …)`: a command in this process."""
    return lambda *words, **given: CliRunner().invoke(root, list(words), prog_name="hookdesk", **given)


@pytest.fixture
def made(instance: Path, hookdesk_instances: Instances, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An instance with the plugin that keeps passwords."""
    hookdesk_instances.copy(("auth_password",), instance)
    monkeypatch.setenv("HOOKDESK_SECRET_KEY", SECRET)
    return instance


def agents(column: str = "login") -> list[object]:
    """The agents of the instance."""
    app = create_app(load())
    with app.app_context(), site().db.read() as reading:
        found = [row[0] for row in reading.all(Agent.__table__.select().with_only_columns(Agent.__table__.c[column]))]
    end(app)
    return found


def test_init_makes_an_instance_without_questions_and_again_changes_nothing(
    run: Run, instance: Path, tmp_path: Path
) -> None:
    secret = tmp_path / "password"
    secret.write_text("correct horse battery staple\n")
    words = ("init", "--admin-email", "ada@help.example", "--admin-password-file", str(secret))
    first = run(*words)
    assert first.exit_code == 0, first.output
    assert "correct horse" not in first.output
    key = (instance / "instance.key").read_bytes()
    assert [(instance / name).stat().st_mode & 0o077 for name in ("", "instance.key", "hookdesk.toml")] == [0, 0, 0]
    assert all((instance / name).is_dir() for name in ("spool/new", "spool/tmp", "run/wake", "templates"))
    again = run(*words)
    assert again.exit_code == 0, again.output
    assert (instance / "instance.key").read_bytes() == key
    assert agents() == ["admin"]
    app = create_app(load())
    with app.app_context(), site().db.read() as reading:
        assert len(reading.all(Ticket.__table__.select())) == 1
    end(app)


def test_a_command_leaves_no_connection_behind(run: Run, instance: Path) -> None:
    """SQLite removes its log with the last connection."""
    for words in (("init",), ("init",), ("agent", "create", "--login", "bob", "--email", "bob@help.example")):
        assert run(*words).exit_code == 0
        assert list(instance.glob("hookdesk.db-*")) == [], words


def test_a_password_that_nobody_gave_is_made_up_and_shown(run: Run, instance: Path) -> None:
    done = run("init")
    assert done.exit_code == 0, done.output
    assert "with the password" in done.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("init", "--admin-email", "nobody"), "'nobody' is not an e-mail address."),
        (("init", "--admin-password-file", "/nowhere"), "The password file /nowhere cannot be read"),
        (("agent", "create", "--login", "x", "--email", "x@y.example"), "There is no instance at"),
        (("backup", "/tmp/never.tar.gz"), "There is no instance at"),  # noqa: S108  it is never written
        (("serve", "--bind", "nowhere"), "'nowhere' is no address to listen at"),
        (("nosuch",), "No such command 'nosuch'"),
        (("agent", "create"), "Missing option"),
    ],
)
def test_a_mistake_is_told_in_a_sentence_with_status_2(
    run: Run, instance: Path, words: tuple[str, ...], said: str
) -> None:
    done = run(*words)
    assert done.exit_code == 2, done.output
    assert said in done.output
    assert isinstance(done.exception, SystemExit)
    assert not (instance / "instance.key").exists()


def test_an_unknown_entry_of_the_configuration_is_told(run: Run, made: Path) -> None:
    (made / "hookdesk.toml").write_text('colour = "blue"\n')
    done = run("doctor")
    assert done.exit_code == 2
    assert "unknown entries: colour" in done.output


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (b"web_workers = []", "web_workers is [], which is not a whole number."),
        (b"web_workers = true", "web_workers is True, which is not a whole number."),
        (b"[web_workers]\na = 1", "which is not a whole number."),
        (b"bind = 8000", "bind is 8000, which is not a text in quotes."),
        (b'safe_mode = "perhaps"', "safe_mode is 'perhaps', which is not true or false."),
        (b'database_url = "mysql://a:b@db/x"', "database_url must be like sqlite:///"),
        (b'database_url = "postgresql://db:port/x"', "database_url must be like sqlite:///"),
        (b"\xff\xfe", "is not valid TOML"),
        (b"nonsense", "is not valid TOML"),
    ],
)
@pytest.mark.parametrize("words", [("doctor",), ("plugins", "list"), ("serve",), ("backup", "never.tar.gz")])
def test_a_mistake_in_the_configuration_is_told_by_every_command(
    run: Run, made: Path, words: tuple[str, ...], written: bytes, said: str
) -> None:
    (made / "hookdesk.toml").write_bytes(written)
    done = run(*words)
    assert done.exit_code == 2, done.output
    assert said in done.output


def test_a_configuration_that_is_a_folder_is_told(run: Run, made: Path) -> None:
    (made / "hookdesk.toml").unlink(missing_ok=True)
    (made / "hookdesk.toml").mkdir()
    done = run("doctor")
    assert (done.exit_code, "hookdesk.toml cannot be read" in done.output) == (2, True), done.output


@pytest.mark.parametrize("command", ["doctor", "init", "serve", "plugins list", "restore {}", "db check", "worker"])
def test_an_instance_that_is_a_file_is_told(run: Run, instance: Path, command: str) -> None:
    instance.write_text("a letter")
    done = run(*command.format(instance).split())
    assert done.exit_code == 2, done.output
    assert "is a file. Set HOOKDESK_INSTANCE to the folder of the instance." in done.output


@pytest.mark.parametrize("command", ["init", "db check", "db upgrade", "plugins doctor", "agent password ada"])
def test_a_file_that_is_no_database_is_told(run: Run, made: Path, command: str) -> None:
    (made / "hookdesk.db").write_text("a letter " * 200)
    done = run(*command.split())
    assert (done.exit_code, "The database cannot be used: file is not a database" in done.output) == (1, True)


def test_the_list_of_plugins_says_where_it_cannot_tell_what_is_on(run: Run, made: Path) -> None:
    assert run("plugins", "list").stderr == ""
    (made / "hookdesk.db").write_text("a letter " * 200)
    done = run("plugins", "list", "--json")
    assert (done.exit_code, {row["state"] for row in json.loads(done.stdout)}) == (0, {"off"})
    assert "what is switched on is not known: file is not a database." in done.stderr


def test_a_new_key_beside_an_old_database_is_told(run: Run, instance: Path) -> None:
    assert "The key is new" not in run("init").output
    (instance / "instance.key").unlink()
    done = run("init")
    assert "The key is new but the database is not" in done.stderr


def test_commands_for_mail_servers_are_listed(run: Run) -> None:
    assert "mail" in run("--help").output
    group = run("mail", "--help")
    assert (group.exit_code, "pipe" in group.output) == (0, True)
    assert run("mail", "nosuch").exit_code == 2


def test_a_plugin_is_not_written_over_another(run: Run, tmp_path: Path) -> None:
    assert run("plugins", "new", "Blue sky", "--into", str(tmp_path)).exit_code == 0
    again = run("plugins", "new", "Blue sky", "--into", str(tmp_path))
    assert (again.exit_code, "exists already; choose another name or folder." in again.output) == (1, True)


def test_an_instance_without_tables_says_how_to_make_them(run: Run, made: Path) -> None:
    (made / "hookdesk.db").unlink()
    done = run("agent", "password", "ada")
    assert done.exit_code == 2
    assert "hookdesk init" in done.output


def test_an_agent_is_created_with_a_password_of_a_file_or_a_made_up_one(run: Run, made: Path) -> None:
    words = ("agent", "create", "--login", "Ada", "--email", "ada@help.example", "--admin")
    done = run(*words, "--password-file", "-", "--json", input="correct horse battery staple\n")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["login"], told["password"]) == ("ada", None)
    assert agents("is_admin") == [True]
    again = run(*words)
    assert again.exit_code == 2
    assert "The login ada is taken." in again.output
    other = run("agent", "create", "--login", "bob", "--email", "bob@help.example", "--role", "view and note", "--json")
    assert len(json.loads(other.stdout)["password"]) >= 20
    nowhere = run("agent", "create", "--login", "eve", "--email", "eve@help.example", "--department", "Nowhere")
    assert (nowhere.exit_code, agents()) == (2, ["ada", "bob"])
    assert "There is no department 'Nowhere'." in nowhere.output


def test_an_agents_password_is_set(run: Run, made: Path) -> None:
    run("agent", "create", "--login", "ada", "--email", "ada@help.example")
    done = run("agent", "password", "ada", "--password-file", "-", input="another horse battery\n")
    assert (done.exit_code, done.stdout) == (0, "The password is set.\n"), done.output
    refused = run("agent", "password", "ada", "--password-file", "-", input="x\n")
    assert refused.exit_code == 2
    assert "The password was refused" in refused.output
    assert run("agent", "password", "nobody").exit_code == 2


def test_an_agents_second_factors_are_reset(run: Run, made: Path) -> None:
    run("agent", "create", "--login", "ada", "--email", "ada@help.example")
    done = run("agent", "reset-2fa", "Ada")
    assert done.exit_code == 0, done.output
    assert "without a second factor now. There was none." in done.stdout
    assert run("agent", "reset-2fa", "nobody").exit_code == 2


def states(done: Result) -> dict[str, str]:
    """What the doctor says of each thing."""
    return {line["name"]: line["state"] for line in json.loads(done.stdout)}


def test_the_doctor_finds_nothing_wrong_with_a_sound_instance(run: Run, made: Path) -> None:
    done = run("doctor", "--json")
    assert done.exit_code == 0
    found = states(done)
    assert {
        name: found[name] for name in ("instance", "key", "database", "plugins", "outbox", "jobs")
    } == dict.fromkeys(("instance", "key", "database", "plugins", "outbox", "jobs"), "ok")
    assert found["queue"] == "warning", "nothing is running, which is no error"


def test_the_doctor_sees_that_nobody_works(run: Run, made: Path) -> None:
    app = create_app(load())
    with app.app_context():
        transact(lambda session: outbox.emit(session, "ticket_changed", {"ticket_id": 1}))
        transact(
            lambda session: session.execute(update(OutboxEvent).values(created_at=clock.now() - timedelta(hours=1)))
        )
    end(app)
    done = run("doctor", "--json")
    assert (done.exit_code, states(done)["outbox"]) == (0, "warning")


def test_the_doctor_names_a_lost_key_and_a_lost_database(run: Run, made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOOKDESK_SECRET_KEY")
    done = run("doctor", "--json")
    assert (done.exit_code, states(done)["key"]) == (1, "error")
    monkeypatch.setenv("HOOKDESK_DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/none")
    done = run("doctor", "--json")
    assert (done.exit_code, states(done)["database"]) == (1, "error")
    assert "Traceback" not in done.output


def test_the_version_can_be_read_by_machines(run: Run) -> None:
    assert json.loads(run("version", "--json").stdout)["hookdesk"] == run("version").stdout.strip()


def test_a_plugin_adds_commands_below_its_slug(run: Run, made: Path) -> None:
    done = run("commands")
    assert done.exit_code == 0, done.output
    listed = {line.split("  ")[0] for line in done.stdout.splitlines()}
    assert all(line.startswith("hookdesk auth_password ") for line in listed)
    assert listed


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_each_command_has_help(run: Run, name: str) -> None:
    done = run(name, "--help")
    assert done.exit_code == 0, done.output
    assert "Usage: hookdesk" in done.stdout


def imported(words: list[str], instance: Path) -> set[str]:
    """The modules that a command leaves imported."""
    code = (
        "import sys\nfrom hookdesk.cli import main\n"
        f"sys.argv = ['hookdesk', *{words!r}]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print('MODULES', *sys.modules)"
    )
    environ = {**os.environ, "HOOKDESK_INSTANCE": str(instance)}
    done = subprocess.run(
        [sys.executable, "-c", code], input=b"Subject: x\n\nx", env=environ, capture_output=True, check=True
    )
    return set(done.stdout.decode().partition("MODULES")[2].split())


def test_the_recovery_commands_import_no_plugin(made: Path) -> None:
    for words in (["plugins", "list"], ["plugins", "doctor"], ["doctor"]):
        modules = imported(words, made)
        assert "sqlalchemy" in modules, "the command did not run"
        assert not {module for module in modules if module.startswith("hookdesk_") and "." in module}


@pytest.mark.requires("email_in")
def test_the_pipe_is_reached_without_click_or_the_database(made: Path) -> None:
    modules = imported(["mail", "pipe"], made)
    assert "hookdesk_email_in.pipe" in modules
    assert not modules & {"click", "sqlalchemy", "flask", "redis"}
    assert len(list((made / "spool" / "new").iterdir())) == 1


@pytest.mark.parametrize("name", [item.name for item in fields(Config) if item.name not in ("instance", "testing")])
def test_the_docs_have_each_entry_of_the_configuration(name: str) -> None:
    assert f"`{name}`" in DOCS.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_the_docs_have_each_command(name: str) -> None:
    text = DOCS.read_text(encoding="utf-8")
    assert f"`{name}`" in text or f"`{name} " in text or f"hookdesk {name}" in text
