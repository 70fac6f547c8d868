"""Walk the road of somebody who installs Hookdesk and a contrib plugin from wheels, in an environment that never saw the checkout.

Build every distribution, install the wheels beside the locked packages, make an instance, enable each contrib plugin there,
and run the plugins' own tests from a copy of their folder: `make wheels`.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import tomllib
import zipfile
from pathlib import Path

from tools.environment import LOCK, PYTHON, UV
from tools.progress import ROOT, CommandFailed, begin, run, say, stop


def main() -> None:
    """Build, install, enable, test; the first that fails is shown and ends the run."""
    contrib = sorted(path.parent for path in ROOT.glob("plugins/contrib/*/pyproject.toml"))
    with tempfile.TemporaryDirectory(prefix="hookdesk-wheels-") as scratch:
        folder = Path(scratch)
        try:
            wheels = [build(project, folder / "dist") for project in (ROOT, *contrib)]
            check_contents(wheels[0])
            python = install(wheels, folder / "env")
            enable(python.parent, folder, slugs(contrib))
            for project in contrib:
                test(python, project, folder)
        except CommandFailed as failed:
            print(failed.output, file=sys.stderr)
            stop(f"This failed: {failed}")
    say(f"{len(wheels)} wheels were built, installed and used")


def build(project: Path, dist: Path) -> Path:
    """Build a wheel with the locked hatchling; its path."""
    say(f"building {project.name if project != ROOT else 'hookdesk'}")
    before = set(dist.glob("*.whl"))
    run(PYTHON, "-m", "build", "--wheel", "--no-isolation", "--outdir", dist, project)
    (wheel,) = set(dist.glob("*.whl")) - before
    return wheel


def check_contents(wheel: Path) -> None:
    """The wheel has what git has not (browser libraries, compiled translations), and nothing of the checkout's folders."""
    names = zipfile.ZipFile(wheel).namelist()
    if not any("/static/vendor/" in name and name.endswith(".js") for name in names):
        stop("The wheel lacks the browser libraries: run `make assets`, and see [tool.hatch.build] in pyproject.toml.")
    strangers = sorted({name.split("/")[0] for name in names if not name.startswith("hookdesk")})
    if strangers:
        stop(f"The wheel installs more than hookdesk…: {', '.join(strangers)}.")


def install(wheels: list[Path], env: Path) -> Path:
    """A clean environment with the locked packages and the wheels; its Python."""
    say("installing the wheels in a clean environment")
    python = env / "bin" / "python"
    run(UV, "venv", "--quiet", "--python", PYTHON.resolve(), env)
    run(UV, "pip", "sync", "--quiet", "--python", python, "--require-hashes", LOCK)
    run(UV, "pip", "install", "--quiet", "--python", python, "--no-deps", *wheels)
    return python


def slugs(projects: list[Path]) -> list[str]:
    """The plugins that these projects declare."""
    return [
        slug
        for project in projects
        for slug in tomllib.loads((project / "pyproject.toml").read_text())["project"]["entry-points"][
            "hookdesk.plugins"
        ]
    ]


def enable(programs: Path, folder: Path, wanted: list[str]) -> None:
    """Make an instance and switch the plugins on in it."""
    password = folder / "password"
    password.write_text("only for this run\n")
    hookdesk = (programs / "hookdesk",)
    where = {"HOOKDESK_INSTANCE": str(folder / "instance")}
    run(*hookdesk, "init", "--admin-email", "admin@example.org", "--admin-password-file", password, env=where)
    for slug in wanted:
        say(f"enabling {slug}")
        run(*hookdesk, "plugins", "enable", slug, env=where)


def test(python: Path, project: Path, folder: Path) -> None:
    """Run a plugin's own tests against the installed wheels: the copy has no source to import by accident."""
    say(f"testing {project.name}")
    copy = folder / "tests" / project.name
    shutil.copytree(project / "tests", copy, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(project / "pyproject.toml", copy)
    print(run(python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", copy, copy, cwd=copy), flush=True)


if __name__ == "__main__":
    begin(main)
