"""Run every test once for each builtin plugin switched off, and print what ran: `make matrix`.

Tests without a site, and those on a site that has just the plugins they name, run once, in the run with everything on.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
import tomllib

from tools.environment import PYTHON
from tools.progress import ROOT, begin

COUNTS = re.compile(r"(\d+) (passed|failed|errors?|skipped)")


def main() -> int:
    """Run the matrix, or only the plugins named on the command line; 1 when a test failed in any run."""
    builtin = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]["hookdesk.plugins"]
    slugs = sys.argv[1:] or ["", *sorted(builtin)]
    rows = [run_without(slug) for slug in slugs]
    print(f"\n{'without':<26}{'run':>6}{'failed':>8}{'skipped':>9}{'seconds':>9}")
    for slug, counts, seconds in rows:
        failed = counts.get("failed", 0) + counts.get("error", 0)
        ran = counts.get("passed", 0) + failed
        print(f"{slug or 'nothing':<26}{ran:>6}{failed:>8}{counts.get('skipped', 0):>9}{seconds:>9.0f}")
    bad = [slug for slug, counts, _ in rows if counts.get("failed") or counts.get("error") or not counts.get("passed")]
    print(
        f"\nNot green without: {', '.join(bad)}."
        if bad
        else f"\nGreen without each of {len([slug for slug in slugs if slug])} plugins."
    )
    return 1 if bad else 0


def run_without(slug: str) -> tuple[str, dict[str, int], float]:
    """One run: what pytest's closing line counted, and how long it took. What failed is printed."""
    print(f"· without {slug or 'nothing'}", flush=True)
    choice = ["--without", slug, "--affected"] if slug else []
    begun = time.monotonic()
    done = subprocess.run(
        [PYTHON, "-m", "pytest", "-q", "-n", "auto", "-r", "fE", "--tb=short", *choice],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        print(done.stdout[-20_000:], done.stderr[-4_000:], sep="\n")
    closing = done.stdout.strip().splitlines()[-1:] or [""]
    counts = {word.removesuffix("s"): int(count) for count, word in COUNTS.findall(closing[0])}
    if done.returncode not in (0, 1):
        counts["error"] = max(counts.get("error", 0), 1)
    return slug, counts, time.monotonic() - begun


if __name__ == "__main__":
    begin(main)
