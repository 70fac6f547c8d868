"""The catalogues of core, themes and plugins become one when a page is made: whoever comes last decides for all."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]


def test_the_same_words_are_translated_alike() -> None:
    """Where one English word means two things, it needs two: "Form" a form and a file's format, "Words" a search and a template."""
    said: dict[tuple[str, str], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for file in sorted(ROOT.glob("*/**/locale/*/LC_MESSAGES/*.po")):
        if "node_modules" in file.parts:
            continue
        with file.open("rb") as opened:
            for message in read_po(opened):
                if message.id and isinstance(message.string, str) and message.string:
                    where = str(file.relative_to(ROOT).parents[2])
                    said[file.parts[-3], str(message.id)][message.string].append(where)
    assert {key: dict(words) for key, words in said.items() if len(words) > 1} == {}
