"""Make .venv with everything in requirements.lock and the checkout's own packages. Run it again at will: what is done is skipped.

Runs on the system's Python and its standard library alone. uv does the work (some ten times faster than pip); its pinned,
hashed copy is installed from the lock first. Where uv cannot work, pip takes the same lock.
"""

# No `from __future__ import annotations` here: a Python that is too old for it would not reach the sentence below.

import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036  an older Python must get a sentence here, not a traceback later
    sys.exit(
        f"Hookdesk needs Python 3.11 or newer and this is {sys.version_info[0]}.{sys.version_info[1]}: "
        "install one and name it, for example `make PYTHON=python3.12`."
    )

from tools.progress import ROOT, CommandFailed, begin, fingerprint, hold_writable, is_current, run, say, stop

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UV = VENV / "bin" / "uv"
LOCK = ROOT / "requirements.lock"
OFFLINE = (
    "The packages could not be fetched: check the network, and pip's proxy and certificates, then run `make` again."
)


def main() -> None:
    """Bring .venv up to date with the lock, the projects and the translations."""
    with LOCK.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # two `make` at once: the second waits and then finds all done
        make_venv()
        install_lock()
        install_projects()
        compile_sources()
        compile_translations()


def make_venv() -> None:
    """Make .venv unless a working one is there; one that lost its Python is made anew."""
    if PYTHON.exists() and works(PYTHON):
        return
    hold_writable()
    say(f"making .venv with Python {sys.version.split()[0]}")
    try:
        run(sys.executable, "-m", "venv", "--clear", VENV)
    except CommandFailed as failed:
        shutil.rmtree(VENV, ignore_errors=True)
        if "ensurepip" in failed.output:
            stop("This Python has no ensurepip: run `apt-get install python3-venv` as root, then `make` again.")
        stop(f"Making .venv failed ({last_line(failed)}): mend that, then run `make` again.")


def works(python: Path) -> bool:
    """Whether the environment's Python starts and is new enough."""
    try:
        run(python, "-c", "import sys, pip; sys.exit(sys.version_info < (3, 11))")
    except CommandFailed:
        return False
    return True


def install_lock() -> None:
    """Install exactly what the lock lists, hashes checked."""
    stamp = VENV / ".lock-stamp"
    mark = fingerprint(LOCK)
    if is_current(stamp, mark):
        return
    hold_writable()
    stamp.unlink(missing_ok=True)
    count = len(re.findall(r"(?m)^[a-z]", LOCK.read_text()))
    say(f"installing {count} packages from requirements.lock (about 30 seconds the first time)")
    try:
        install_uv()
        run(UV, "pip", "sync", "--python", PYTHON, "--require-hashes", LOCK)
    except CommandFailed as failed:
        if failed.offline and not UV.exists():
            stop(OFFLINE)  # it was pip that could not fetch uv
        say(f"uv could not do it ({last_line(failed)}); pip tries, which takes some minutes")
        install_lock_with_pip()
    stamp.write_text(mark)


def install_uv() -> None:
    """Install the uv that the lock pins, unless it is there."""
    pinned = locked_lines("uv")
    version = pinned.split("==")[1].split()[0]
    if UV.exists() and run(UV, "--version").split()[1] == version:
        return
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as only_uv:
        only_uv.write(pinned)
        only_uv.flush()
        run(PYTHON, "-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps", "-r", only_uv.name)


def locked_lines(name: str) -> str:
    """The lock's requirement for one package, with its hashes."""
    found = re.search(rf"^{re.escape(name)}==[^\n]*(?:\n[ ]+[^\n]*)*", LOCK.read_text(), re.MULTILINE)
    if found is None:
        stop(f"requirements.lock does not list {name}: run `make lock`.")
    return found.group() + "\n"


def install_lock_with_pip() -> None:
    """The slow road: pip with the same lock and hashes."""
    try:
        run(PYTHON, "-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps", "-r", LOCK)
    except CommandFailed as failed:
        if failed.offline:
            stop(OFFLINE)
        stop(f"Installing the packages failed ({last_line(failed)}): mend that, then run `make` again.")


def install_projects() -> None:
    """Install hookdesk and the contrib plugins editable, so that their entry points are known."""
    projects = [ROOT, *sorted(path.parent for path in ROOT.glob("plugins/contrib/*/pyproject.toml"))]
    stamp = VENV / ".projects-stamp"
    mark = fingerprint(LOCK, *(project / "pyproject.toml" for project in projects))
    if is_current(stamp, mark):
        return
    stamp.unlink(missing_ok=True)
    say(f"installing {', '.join(['hookdesk', *(project.name for project in projects[1:])])} (editable)")
    # hatchling is in the lock, so no build fetches anything of its own.
    editable = [word for project in projects for word in ("--editable", str(project))]
    try:
        run(PYTHON, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", *editable)
    except CommandFailed as failed:
        print(failed.output, file=sys.stderr)
        stop("Installing the checkout itself failed: the lines above say which pyproject.toml to mend.")
    stamp.write_text(mark)


def compile_sources() -> None:
    """Byte-compile the packages and the checkout: without that, and where PYTHONDONTWRITEBYTECODE is set, each start costs seconds more."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    site_packages = next((VENV / "lib").glob("python3.*/site-packages"))
    folders = [site_packages, ROOT / "core", ROOT / "plugins", ROOT / "themes"]
    # What cannot be compiled (a package's templates for other versions) is never imported either.
    subprocess.run([PYTHON, "-m", "compileall", "-q", "-q", "-j", "0", *folders], env=environment, check=False)


def compile_translations() -> None:
    """Compile each gettext catalogue whose source is newer."""
    stale = [
        source
        for folder in ("core", "plugins", "themes")
        for source in ROOT.glob(f"{folder}/**/locale/*/LC_MESSAGES/*.po")
        if not source.with_suffix(".mo").exists() or source.with_suffix(".mo").stat().st_mtime < source.stat().st_mtime
    ]
    if stale:
        say(f"compiling {len(stale)} translation catalogues")
    for source in stale:
        try:
            run(VENV / "bin" / "pybabel", "compile", "-i", source, "-o", source.with_suffix(".mo"))
        except CommandFailed as failed:
            stop(f"{source.relative_to(ROOT)} is no valid gettext catalogue: {last_line(failed)}")


def last_line(failed: CommandFailed) -> str:
    """The last line that a failed command printed: mostly the one that says why."""
    lines = failed.output.strip().splitlines()
    return lines[-1].strip() if lines else str(failed)


if __name__ == "__main__":
    begin(main)
