"""Files are whole or absent, whoever is interrupted, and no name leads out of the folder."""

from __future__ import annotations

import hashlib
import os
import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hookdesk_storage_fs.backend import CHUNK, LEFTOVER_S, FileStorage

LATER = datetime.now(UTC) + timedelta(days=1)
CONTENT = bytes(range(256)) * 1000  # 256,000 bytes: several chunks


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def storage(tmp_path: Path) -> FileStorage:
    return FileStorage(tmp_path / "deep" / "attachments")


def stored_files(storage: FileStorage) -> list[Path]:
    return [file for file in storage.folder.rglob("*") if file.is_file()]


@pytest.mark.parametrize("content", [b"", b"\x00", CONTENT, b"x" * CHUNK])
def test_what_was_put_comes_back_in_chunks(storage: FileStorage, content: bytes) -> None:
    storage.put(digest(content), content)
    chunks = list(storage.open(digest(content)))
    assert b"".join(chunks) == content
    assert max(map(len, chunks), default=0) <= CHUNK
    assert storage.exists(digest(content))


def test_a_content_is_kept_once_below_the_first_two_characters_of_its_hash(storage: FileStorage) -> None:
    for _ in range(3):
        storage.put(digest(CONTENT), CONTENT)
    name = digest(CONTENT)
    assert stored_files(storage) == [storage.folder / name[:2] / name[2:]]


def test_nobody_else_on_the_machine_may_read(storage: FileStorage) -> None:
    storage.put(digest(CONTENT), CONTENT)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (storage.folder, *storage.folder.rglob("*"))}
    assert all(not mode & 0o077 for mode in modes)


def test_a_damaged_file_is_mended_by_the_next_put(storage: FileStorage) -> None:
    storage.put(digest(CONTENT), CONTENT)
    stored_files(storage)[0].write_bytes(CONTENT[:100])
    storage.put(digest(CONTENT), CONTENT)
    assert b"".join(storage.open(digest(CONTENT))) == CONTENT


def test_what_is_not_there_is_told_before_the_first_chunk(storage: FileStorage) -> None:
    with pytest.raises(FileNotFoundError):
        storage.open(digest(b"never stored"))
    assert not storage.exists(digest(b"never stored"))


def test_delete_is_no_error_twice(storage: FileStorage) -> None:
    storage.put(digest(CONTENT), CONTENT)
    assert storage.delete(digest(CONTENT), LATER)
    assert not storage.delete(digest(CONTENT), LATER)
    assert not storage.exists(digest(CONTENT))


def test_what_was_put_again_is_young_and_not_deleted(storage: FileStorage) -> None:
    name = digest(CONTENT)
    storage.put(name, CONTENT)
    [file] = stored_files(storage)
    os.utime(file, (0, 0))
    assert list(storage.stored(name[:2])) == [(name, datetime(1970, 1, 1, tzinfo=UTC))]
    long_ago = datetime.now(UTC) - timedelta(days=2)
    storage.put(name, CONTENT)
    assert not storage.delete(name, long_ago)
    assert b"".join(storage.open(name)) == CONTENT
    os.utime(file, (0, 0))
    assert storage.delete(name, long_ago)
    assert stored_files(storage) == []


def test_a_put_that_returns_while_its_bytes_are_being_deleted_has_kept_them(
    storage: FileStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = digest(CONTENT)
    storage.put(name, CONTENT)
    [file] = stored_files(storage)
    os.utime(file, (0, 0))
    unlink = Path.unlink

    def put_meanwhile(path: Path, missing_ok: bool = False) -> None:
        monkeypatch.setattr(Path, "unlink", unlink)
        storage.put(name, CONTENT)
        path.unlink(missing_ok)

    monkeypatch.setattr(Path, "unlink", put_meanwhile)
    assert storage.delete(name, LATER)
    assert b"".join(storage.open(name)) == CONTENT


def test_what_was_to_be_deleted_when_the_power_went_is_given_back(storage: FileStorage) -> None:
    storage.put(digest(CONTENT), CONTENT)
    [file] = stored_files(storage)
    file.rename(file.with_name("leaving-" + file.name))
    assert storage.tidy() == 1
    assert storage.exists(digest(CONTENT))


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "ab/../../x", "A" * 64, "a" * 63, "a" * 65, "a" * 63 + "\n"])
def test_nothing_but_a_hash_becomes_a_path(storage: FileStorage, name: str) -> None:
    with pytest.raises(ValueError, match="no SHA-256"):
        storage.put(name, b"x")
    with pytest.raises(FileNotFoundError):
        storage.open(name)
    assert not storage.exists(name)
    assert not storage.delete(name, LATER)
    assert not storage.folder.exists()


def test_a_full_disk_leaves_nothing_under_the_name(storage: FileStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    storage.put(digest(b"first"), b"first")  # the folders are made
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        storage.put(digest(CONTENT), CONTENT)
    assert not storage.exists(digest(CONTENT))
    assert len(stored_files(storage)) == 1


def test_the_bytes_reach_the_disk_before_the_name_and_the_name_before_the_answer(
    storage: FileStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def noted_fsync(descriptor: int) -> None:
        done.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        fsync(descriptor)

    def noted_replace(self: Path, target: Path) -> Path:
        done.append("name")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(Path, "replace", noted_replace)
    storage.put(digest(CONTENT), CONTENT)
    assert done[-3:] == ["file", "name", "folder"]
    assert done.count("folder") == 4  # three new folders, each named in the one above, and the file's own


def test_many_writers_of_one_content_agree(storage: FileStorage) -> None:
    errors: list[BaseException] = []

    def write() -> None:
        try:
            storage.put(digest(CONTENT), CONTENT)
            assert b"".join(storage.open(digest(CONTENT))) == CONTENT
        except BaseException as error:
            errors.append(error)

    writers = [threading.Thread(target=write) for _ in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert errors == []
    assert len(stored_files(storage)) == 1


def test_tidy_removes_old_leftovers_only(storage: FileStorage) -> None:
    assert storage.tidy() == 0
    storage.put(digest(CONTENT), CONTENT)
    folder = stored_files(storage)[0].parent
    old, new = folder / "begun-old", folder / "begun-new"
    for file in (old, new):
        file.write_bytes(b"half")
    then = new.stat().st_mtime - LEFTOVER_S - 60
    os.utime(old, (then, then))
    os.utime(folder / digest(CONTENT)[2:], (then, then))
    assert storage.tidy() == 1
    assert not old.exists()
    assert new.exists()
    assert storage.exists(digest(CONTENT))


def test_a_folder_that_cannot_be_made_is_a_problem_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert FileStorage(tmp_path / "file" / "attachments").problem() == "Not a directory"
    assert FileStorage(tmp_path / "fine").problem() == ""
