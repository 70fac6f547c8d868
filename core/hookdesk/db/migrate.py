"""The migration runner: one environment, one version table for core and one for each plugin, one transaction a revision."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, event, inspect

from hookdesk.backup import copies
from hookdesk.config import Config
from hookdesk.db.engine import make_engine
from hookdesk.db.sqlite import WRITE
from hookdesk.models import metadata

CORE = "core"
ENVIRONMENT = Path(__file__).parent / "migrations"
CORE_DIRECTORY = ENVIRONMENT / "versions"
LOCK = 0x686F6F6B  # PostgreSQL's advisory lock while a branch migrates: "hook"

NEWER = "the database is newer than the installed code. Install the version that it comes from, or restore a backup"


class MigrationError(Exception):
    """A migration could not run to its end; `stopped_at` is the revision that the database is at now ("" = none)."""

    def __init__(self, branch: str, stopped_at: str, reason: str) -> None:
        """Name the branch, where it stands and why."""
        super().__init__(f"the migration of {branch} stopped at revision {stopped_at or 'base'}: {reason}")
        self.branch, self.stopped_at, self.reason = branch, stopped_at, reason


def version_table(branch: str) -> str:
    """The name of a branch's version table."""
    return "alembic_version" if branch == CORE else f"alembic_version_p_{branch}"


def owner_test(branch: str) -> Callable[[str], bool]:
    """Tells whether a table's name belongs to a branch."""
    if branch == CORE:
        return lambda name: not name.startswith(("p_", "alembic_version"))
    return lambda name: name.startswith(f"p_{branch}__")


def upgrade(url: str, branch: str = CORE, directory: Path = CORE_DIRECTORY, target: str = "head") -> str:
    """Bring a branch to `target`; the revision it is at then. On SQLite a copy of the file is made first.

    Raises:
        MigrationError: a revision failed. Those before it are kept, its own changes are rolled back.
    """
    return _migrate(url, branch, directory, lambda config: command.upgrade(config, target), target)


def downgrade(url: str, branch: str, directory: Path, target: str = "base") -> str:
    """Take a branch back to `target`; the revision it is at then ("" = none).

    Raises:
        MigrationError: as for `upgrade`.
    """
    return _migrate(url, branch, directory, lambda config: command.downgrade(config, target), target)


def upgrade_core(config: Config) -> str:
    """Bring core's tables up to date; the revision."""
    return upgrade(config.database)


def current(url: str, branch: str = CORE) -> str:
    """The revision that a branch is at, or ""."""
    with _connection(url) as connection:
        return _current(connection, branch)


def head(directory: Path = CORE_DIRECTORY) -> str:
    """The newest revision in a folder, or "" if it has none.

    Raises:
        alembic.util.CommandError: the folder has several heads.
    """
    return ScriptDirectory(str(ENVIRONMENT), version_locations=[str(directory)]).get_current_head() or ""


def knows(directory: Path, revision: str) -> bool:
    """Whether a folder has this revision; a database may come from newer code."""
    script = ScriptDirectory(str(ENVIRONMENT), version_locations=[str(directory)])
    return any(found.revision == revision for found in script.walk_revisions())


def check(url: str, branch: str = CORE) -> list[Any]:
    """How a branch's tables differ from its loaded models (Alembic's operations); [] if they do not."""
    with _connection(url) as connection:
        return list(compare_metadata(_context(connection, branch), metadata))


def revision(url: str, branch: str, directory: Path, message: str, number: str) -> Path:
    """Write the next revision of a branch from the difference between tables and models, to be read over by its author."""
    with _connection(url) as connection:
        config = _config(connection, branch, directory)
        script = command.revision(config, message, autogenerate=True, rev_id=number, version_path=str(directory))
    return Path(script.path)  # type: ignore[union-attr]  # one script is written for one branch


def tables(url: str, branch: str) -> list[str]:
    """The tables that a branch has at present, sorted."""
    with _connection(url) as connection:
        return sorted(filter(owner_test(branch), inspect(connection).get_table_names()))


def drop_branch(url: str, branch: str) -> None:
    """Drop whatever tables a plugin still has, and its version table."""
    with _connection(url) as connection:
        quote = connection.dialect.identifier_preparer.quote
        cascade = " CASCADE" if connection.dialect.name == "postgresql" else ""
        while mine := sorted(filter(owner_test(branch), inspect(connection).get_table_names())):
            connection.exec_driver_sql(
                f"DROP TABLE {quote(mine[0])}{cascade}"
            )  # an FTS table stands before those that it brings
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {quote(version_table(branch))}")
        connection.commit()


def _context(connection: Connection, branch: str) -> MigrationContext:
    """Alembic's view of one branch."""
    owns = owner_test(branch)
    options = {
        "version_table": version_table(branch),
        "include_name": lambda name, kind, _: kind != "table" or owns(name or ""),
        "include_object": lambda _object, name, kind, _reflected, _other: kind != "table" or owns(name or ""),
    }
    return MigrationContext.configure(connection, opts=options)


def _current(connection: Connection, branch: str) -> str:
    """The revision of a branch on this connection."""
    return (
        MigrationContext.configure(connection, opts={"version_table": version_table(branch)}).get_current_revision()
        or ""
    )


def _config(connection: Connection, branch: str, directory: Path) -> AlembicConfig:
    """Alembic's configuration for one branch: no ini file, nothing printed."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(ENVIRONMENT).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", str(directory).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes.update(connection=connection, version_table=version_table(branch), owns=owner_test(branch))
    return config


def _migrate(url: str, branch: str, directory: Path, run: Callable[[AlembicConfig], None], target: str) -> str:
    """Run one of Alembic's commands on a branch, copied and locked; the revision afterwards."""
    with _connection(url) as connection:
        before = _current(connection, branch)
        if before == (head(directory) if target == "head" else target):
            return before
        if before and not knows(directory, before):
            raise MigrationError(branch, before, NEWER)
        try:
            copies.make(connection, f"{branch}-{before or 'base'}")
        except OSError as error:
            raise MigrationError(branch, before, str(error)) from None
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_lock({LOCK})")
        connection.commit()  # Alembic commits each revision only if it finds no transaction open
        try:
            run(_config(connection, branch, directory))
            _check_references(connection)
        except (Exception, SystemExit) as error:  # a plugin's migration is a plugin's code
            connection.rollback()
            raise MigrationError(branch, _current(connection, branch), f"{type(error).__name__}: {error}") from error
        return _current(connection, branch)


@contextmanager
def _connection(url: str) -> Iterator[Connection]:
    """A connection that is closed afterwards and with it any lock. SQLite does not follow foreign keys meanwhile.

    Batch mode drops and renames tables; with foreign keys on, the rows that refer to them would go too.
    """
    engine = make_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda raw, _record: raw.execute("PRAGMA foreign_keys=OFF"))
    try:
        with engine.connect().execution_options(**{WRITE: True}) as connection:
            yield connection
    finally:
        engine.dispose()


def _check_references(connection: Connection) -> None:
    """Hold the foreign keys that SQLite did not watch during the migration."""
    if connection.dialect.name != "sqlite":
        return
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(3)
    connection.rollback()
    if broken:
        raise ValueError(f"rows of {broken[0][0]} refer to rows of {broken[0][2]} that are gone")
