"""What mail programs write above a quote and below a text, program by program and language by language, and what people write."""

from __future__ import annotations

import textwrap
import tomllib
from pathlib import Path

import pytest

from hookdesk_email_in import reply
from hookdesk_email_in.reply import trim_reply, trim_text

TABLES = tomllib.loads((Path(__file__).parent / "reply_programs.toml").read_text(encoding="utf-8"))
OWN = "Thanks for the quick help.\n\nThe pump works again, but it leaks below the valve."
QUOTE = "Dear customer,\n\nplease check the valve and tell us.\n\nKind regards\nSupport"
MARKED = "\n".join(f"> {line}".rstrip() for line in QUOTE.split("\n"))


def cut(texts: dict[str, str]) -> list[str]:
    """Those of which more or less than the sender's own words is left."""
    return [name for name, text in texts.items() if trim_text(text) != OWN]


def test_the_header_of_a_quote_by_program() -> None:
    """Over a marked quote and an unmarked one, with and without an empty line, wrapped as programs wrap it."""
    headers: dict[str, str] = TABLES["headers"]
    for quote in (MARKED, QUOTE):
        assert cut({name: f"{OWN}\n\n{header}\n\n{quote}\n" for name, header in headers.items()}) == []
    assert cut({name: f"{OWN}\n{header}\n{MARKED}\n" for name, header in headers.items()}) == []
    lines = {name: header for name, header in headers.items() if "\n" not in header and header.endswith(":")}
    wrapped = {name: textwrap.fill(header, 72, break_on_hyphens=False) for name, header in lines.items()}
    assert cut({name: f"{OWN}\n\n{header}\n\n{MARKED}\n" for name, header in wrapped.items()}) == []


@pytest.mark.parametrize("bold", ["", "*"])
def test_the_head_of_an_earlier_mail_by_language(bold: str) -> None:
    """With and without an address, a copy, and a rule above it."""

    def head(labels: list[str], sender: str, *, copy: bool) -> str:
        values = [sender, labels[5], "help@example.com", *(["x@example.com"] if copy else []), "Pump"]
        names = [label for place, label in enumerate(labels[:5]) if copy or place != 3]
        return "\n".join(f"{bold}{name}:{bold} {value}" for name, value in zip(names, values, strict=True))

    for sender, copy in (("Jane Doe <jane@example.org>", False), ("Jane Doe", True)):
        heads = {name: head(labels, sender, copy=copy) for name, labels in TABLES["heads"].items()}
        assert cut({name: f"{OWN}\n\n{text}\n\n{QUOTE}\n" for name, text in heads.items()}) == []
        assert cut({name: f"{OWN}\n\n{'_' * 32}\n{text}\n\n{QUOTE}\n" for name, text in heads.items()}) == []


def test_what_phones_and_programs_add_is_a_signature() -> None:
    assert cut({line: f"{OWN}\n\n{line}\n" for line in TABLES["words"]["sent"]}) == []


@pytest.mark.parametrize("words", TABLES["words"]["people"])
def test_what_people_write_is_theirs(words: str) -> None:
    assert trim_text(words) == words.strip()


def test_a_link_that_was_wrapped_within_a_quote_is_quoted() -> None:
    assert (
        trim_text(f"{OWN}\n\nOn 5/6/24 10:00, Jane wrote:\n\n> see (https://x.example/a\n_b=1)\n> and tell us\n") == OWN
    )
    answered = "> Is it (https://x.example/a) broken?\nYes.\n> Since when?\nMay."
    assert trim_text(answered) == "Yes.\nMay."


def test_line_ends_of_old_macs_are_line_ends() -> None:
    assert trim_text(f"{OWN}\n\nOn 5/6/24 10:00, Jane Doe wrote:\n\n{MARKED}\n".replace("\n", "\r")) == OWN


def test_in_html_what_stands_below_is_known_by_program() -> None:
    own, quote = (f"<p>{text.replace(chr(10) * 2, '</p><p>')}</p>" for text in (OWN, QUOTE))
    mails = {
        name: f"<html><body>{own}{below.format(quote=quote)}</body></html>" for name, below in TABLES["html"].items()
    }
    assert {name: words for name, html in mails.items() if (words := trim_reply("", html)) != OWN} == {}


def test_a_mail_that_is_passed_on_is_whole_with_its_head() -> None:
    """Gmail and Proton mark it as they mark a quote."""
    head = "---------- Forwarded message ---------<br>From: Jane<br>Subject: pump"
    for html in (
        f'<p>See below.</p><div class="gmail_quote"><div class="gmail_attr">{head}</div><p>It leaks.</p></div>',
        f'<p>See below.</p><div class="protonmail_quote">{head}<blockquote class="protonmail_quote">It leaks.</blockquote></div>',
    ):
        words = trim_reply("", html)
        assert all(part in words for part in ("See below.", "From: Jane", "Subject: pump", "It leaks."))


def test_a_desert_of_empty_lines_costs_one_walk_through_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each line is asked whether a signature begins there, which looks at all that follow; empty ones need not be."""
    asked: list[int] = []
    monkeypatch.setattr(reply, "starts_signature", lambda lines, at: asked.append(at))
    assert trim_text("Thanks." + "\n" * 20_000 + "Bye.") == "Thanks." + "\n" * 20_000 + "Bye."
    assert len(asked) <= reply.SIGNATURE_LINES + 1
