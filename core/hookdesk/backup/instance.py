"""Writing and restoring a whole instance."""

from __future__ import annotations

import fcntl
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from hookdesk import __version__, clock
from hookdesk import config as configuration
from hookdesk.backup import database
from hookdesk.backup.archive import FORMAT, BackupError, Manifest, Writer, extract
from hookdesk.config import Config

FILES, SPOOL = "files", "spool"
BEFORE, UNPACKING = "before-restore-", ".restore-"
_LEFT_OUT = {"run", "spool", "valkey", "valkey.unreadable"}
_DATABASE_ENDINGS = (".db", ".db-wal", ".db-shm", ".db-journal")


def write(config: Config, file: Path) -> Manifest:
    """Write a backup while the site runs.

    The spool goes first: a mail that is taken in meanwhile is then in the archive twice, which its Message-ID settles, rather than not at
    all. Attachments go last, after the rows that name them.

    Raises:
        BackupError: something cannot be read or written; nothing is left behind.
    """
    manifest = Manifest(FORMAT, __version__, clock.now().isoformat(timespec="seconds"), database.kind(config))
    writer = Writer(file, manifest)
    try:
        writer.add_folder(config.spool, SPOOL)
        with tempfile.TemporaryDirectory(dir=file.parent, prefix=".backup-") as folder:
            name = database.NAMES[manifest.database]
            database.dump(config, Path(folder) / name)
            writer.add(Path(folder) / name, name)
        for path in sorted(config.instance.iterdir()):
            _add(writer, path, file)
        writer.finish()
    except OSError as error:
        writer.give_up()
        raise BackupError(f"The backup was not written: {error}.") from None
    except BaseException:
        writer.give_up()
        raise
    return manifest


def _add(writer: Writer, path: Path, archive: Path) -> None:
    """Add what is neither the database, nor of this moment alone, nor a backup that lies in the instance."""
    if (
        path.name in _LEFT_OUT
        or path.name.endswith(_DATABASE_ENDINGS)
        or path.name.startswith((archive.name, ".backup-", UNPACKING, BEFORE))
    ):
        return
    if path.is_dir():
        writer.add_folder(path, f"{FILES}/{path.name}")
    elif not path.name.endswith((".tar.gz", ".partial")):
        writer.add(path, f"{FILES}/{path.name}")


def restore(config: Config, file: Path, force: bool = False) -> Path | None:
    """Make the instance from a backup, with the backup's configuration. Where what was there before is kept now, or None.

    Raises:
        BackupError: the archive is unsound, the instance is in use or (without `force`) not empty, or the database is of another kind.
    """
    instance = config.instance
    _hold_stopped(instance)
    instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=instance, prefix=UNPACKING) as name:
        unpacked, made = Path(name) / "archive", Path(name) / "instance"
        unpacked.mkdir()
        made.mkdir()
        manifest = extract(file, unpacked)
        (unpacked / FILES).mkdir(exist_ok=True)
        config = replace(configuration.load(unpacked / FILES), instance=instance)
        _hold_fitting(config, file, manifest)
        present = [path for path in instance.iterdir() if not path.name.startswith(UNPACKING)]
        if not force and (present or database.has_tables(config)):
            raise BackupError(
                f"{instance} or its database is not empty. With --force it is moved aside; nothing was changed."
            )
        _assemble(config, unpacked, manifest, made)
        if manifest.database == "postgresql":
            database.load(config, unpacked / database.NAMES["postgresql"])
        aside = _move_aside(instance, present)
        for path in made.iterdir():
            path.rename(instance / path.name)
    return aside


def _hold_fitting(config: Config, file: Path, manifest: Manifest) -> None:
    """Hold that the configured database is of the archive's kind.

    Raises:
        BackupError: it is not.
    """
    if manifest.database != database.kind(config):
        raise BackupError(
            f"{file} holds a {manifest.database} database, but {database.kind(config)} is configured. "
            "Set HOOKDESK_DATABASE_URL to fit; nothing was changed."
        )


def _assemble(config: Config, unpacked: Path, manifest: Manifest, made: Path) -> None:
    """Lay the unpacked files out as an instance. An SQLite file outside it is put in its place, the one before it kept."""
    for path in (unpacked / FILES).iterdir():
        path.rename(made / path.name)
    if (unpacked / SPOOL).exists():
        (unpacked / SPOOL).rename(made / SPOOL)
    for name in ("run/wake", "spool/tmp", "spool/new", "templates"):
        (made / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    if manifest.database != "sqlite":
        return
    place = database.sqlite_file(config)
    if place.is_relative_to(config.instance):
        place = made / place.relative_to(config.instance)
    elif place.exists():
        place.rename(place.with_name(f"{place.name}.{_stamp()}"))
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(unpacked / database.NAMES["sqlite"], place)


def _move_aside(instance: Path, present: list[Path]) -> Path | None:
    """Keep what was there, in a folder of the instance: the instance itself may be a mount and cannot be renamed."""
    if not present:
        return None
    aside = instance / _stamp()
    aside.mkdir(mode=0o700)
    for path in present:
        path.rename(aside / path.name)
    return aside


def _stamp() -> str:
    """A name for what was there before."""
    return f"{BEFORE}{clock.now():%Y%m%d-%H%M%S}"


def _hold_stopped(instance: Path) -> None:
    """Hold that no `hookdesk serve` runs on the instance.

    Raises:
        BackupError: one does.
    """
    lock = instance / "run" / "serve.lock"
    if not lock.exists():
        return
    with lock.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise BackupError(f"{instance} is being served. End `hookdesk serve` first; nothing was changed.") from None
