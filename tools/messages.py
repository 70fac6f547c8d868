"""Bring the gettext catalogues up to date with the source: `make messages`, or for a new language `make messages LANGUAGES="de fr"`.

Each package that has words keeps its own `locale/<language>/LC_MESSAGES/messages.po`. What is no longer said leaves the catalogue.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tools.environment import VENV, compile_translations, last_line
from tools.progress import ROOT, CommandFailed, begin, run, say, stop

PYBABEL = VENV / "bin" / "pybabel"
PACKAGES = (
    "core/hookdesk",
    "plugins/builtin/hookdesk_*",
    "plugins/contrib/*/src/hookdesk_*",
    "themes/hookdesk_theme_*",
)


def main() -> None:
    """Update the languages named on the command line, else those that are there."""
    packages = [package for pattern in PACKAGES for package in sorted(ROOT.glob(pattern))]
    known = {file.parts[-3] for package in packages for file in package.glob("locale/*/LC_MESSAGES/messages.po")}
    languages = sys.argv[1:] or sorted(known)
    if not languages:
        stop('No package has a catalogue yet: name a language, for example `make messages LANGUAGES="de"`.')
    try:
        for package in packages:
            update(package, languages)
    except CommandFailed as failed:
        stop(f"{failed} failed: {last_line(failed)}")
    compile_translations()


def update(package: Path, languages: list[str]) -> None:
    """Extract a package's words and merge them into its catalogues; a package without words gets none."""
    with tempfile.NamedTemporaryFile(suffix=".pot") as template:
        words = (
            "-k",
            "lazy_gettext",
            "-k",
            "lazy_ngettext:1,2",
            "-k",
            "_l",
            "-c",
            "i18n:",
            "--no-wrap",
            "--sort-by-file",
        )
        # From inside the package, so that the places named in a catalogue are the same in every checkout.
        run(PYBABEL, "extract", "-F", ROOT / "setup.cfg", *words, "-o", template.name, ".", cwd=package)
        if Path(template.name).read_text(encoding="utf-8").count("\nmsgid ") < 2:
            return
        for language in languages:
            catalogue = package / "locale" / language / "LC_MESSAGES" / "messages.po"
            where = ("-i", template.name, "-o", catalogue, "-l", language, "--no-wrap")
            if catalogue.exists():
                run(PYBABEL, "update", *where, "--ignore-obsolete", "--no-fuzzy-matching", "--ignore-pot-creation-date")
            else:
                catalogue.parent.mkdir(parents=True, exist_ok=True)
                run(PYBABEL, "init", *where)
    say(f"{package.name}: {', '.join(languages)}")


if __name__ == "__main__":
    begin(main)
