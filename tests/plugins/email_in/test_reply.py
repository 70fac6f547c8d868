"""A reply is cut down to what its sender wrote: each language, each mark, and above all never too much."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import hookdesk_email_in
from hookdesk_email_in.reply import trim_reply, trim_text, trimmed

WORDS = tomllib.loads(Path(hookdesk_email_in.__file__).with_name("reply_words.toml").read_text(encoding="utf-8"))
QUOTED = "Did you?\nReally?"
LANGUAGES = [pytest.param(words, id=name) for name, words in WORDS.items()]


@pytest.mark.parametrize("words", LANGUAGES)
def test_the_header_of_a_quote_in_each_language(words: dict[str, list[str]]) -> None:
    """With the verb last or before the name; the quote need not be marked."""
    for verb in words["wrote"]:
        start = next(iter(words["starts"]), "2026-06-01")
        for header in (
            f"{start} 01.06.2026 12:00, Ada <ada@x.example> {verb}:",
            f"{start} 01.06.2026 12:00 {verb} Ada <ada@x.example>:",
        ):
            assert trim_text(f"Yes.\n\n{header}\n\n{QUOTED}") == "Yes."


@pytest.mark.parametrize("words", LANGUAGES)
def test_the_head_of_an_earlier_mail_in_each_language(words: dict[str, list[str]]) -> None:
    """As Outlook puts it above what it quotes."""
    for sender in words["from"]:
        labels = "".join(f"{label.title()}: something\n" for label in words["labels"][:3])
        assert trim_text(f"Yes.\n\n{sender.title()}: Ada <ada@x.example>\n{labels}\n{QUOTED}") == "Yes."


@pytest.mark.parametrize("words", LANGUAGES)
def test_separators_in_each_language(words: dict[str, list[str]]) -> None:
    """What stands below an original message is quoted; a forward is what the sender wants to show."""
    for original in words["original"]:
        assert trim_text(f"Yes.\n\n-----{original.title()}-----\n{QUOTED}") == "Yes."
    for forward in words["forward"]:
        whole = f"See this.\n\n---------- {forward.title()} ----------\n{QUOTED}"
        assert trim_text(whole) == whole


CUT = {
    "wrapped": "Yes.\n\nOn Mon, 1 Jun 2026 at 12:00, Ada Lovelace via Some Long List <\nada@x.example> wrote:\n\nDid you?",
    "over four lines": "Yes.\nOn Mon, 1 Jun 2026,\nat 12:00,\nAda Lovelace\n<ada@x.example> wrote:\n> Did you?",
    "no verb": "Yes.\n\n2026-06-01 12:00 GMT+02:00 Ada <ada@x.example>:\n\nDid you?",
    "address first": "Yes.\n\nAda <ada@x.example> schrieb am Mo., 1. Juni 2026\num 12:00 Uhr:\n> Did you?",
    "no colon": "Yes.\n\n---- On Mon, 01 Jun 2026 12:00:00 +0200 ada@x.example wrote ----\n\nDid you?",
    "own words before it": "Yes. On Mon, Jun 1, 2026 at 12:00 PM, ada@x.example wrote:\n> Did you?",
    "above this line": "Yes.\n\n## Please type your reply above this line ##\n\nDid you?",
    "signature": "Yes.\n\n-- \nGrace Hopper\n+1 555 0100",
    "phone": "Yes.\n\nSent from my iPhone",
    "phone in French": "Yes.\n\nEnvoyé de mon iPhone",
    "outlook": "Yes.\n\nGet Outlook for iOS<https://aka.example>",
    "rule": "Yes.\n\n------------------\nGrace Hopper\nt. 555-0100",
    "delimiters at the end": "Yes.\n\n--\n***\n____",
}


@pytest.mark.parametrize("text", CUT.values(), ids=CUT.keys())
def test_what_is_not_the_senders_is_cut(text: str) -> None:
    """Quotes, signatures, what programs add."""
    assert trim_text(text).rstrip(".") == "Yes"


KEPT = {
    "answers between": ("Hi,\n\n> One?\n\nYes.\n\n> Two?\n\nNo.", ("Hi,", "Yes.", "No.")),
    "answers below": ("On 1 Jun 2026 at 12:00, Ada <a@x.example> wrote:\n> One?\n\nYes.", ("Yes.",)),
    "answers between under a header": (
        "On 1 Jun 2026 at 12:00, Ada <a@x.example> wrote:\n> One?\n\nYes.\n\n> Two?\n\nNo.",
        ("Yes.", "No."),
    ),
    "a sentence that begins with on": ("On this day\nI wrote something:\n\nit was fine.", ("it was fine.",)),
    "a list with dashes": ("Because of:\n-- first\n-- second\n\nThanks!", ("-- first", "-- second", "Thanks!")),
    "a table": ("Service  Date\n-----------\nOne  1 June\nTwo  2 June\n\nBye", ("Two  2 June", "Bye")),
    "a closing": ("Yes.\n\nThanks,\nGrace", ("Thanks,\nGrace",)),
    "sent from, in a sentence": ("Yes.\n\nSent from my desk, it is quicker than by phone.", ("it is quicker",)),
    "a decorated line": ("Look at\n>>> https://x.example <<<\nnow", ("https://x.example", "now")),
    "code": ("See\n```\n> not a quote\n# nor this\n```\nBye", ("> not a quote", "Bye")),
    "a single label": ("From: the beginning it was slow.\nNow it is not.", ("From: the beginning", "Now it is not.")),
    "an url with wrote": ("See https://x.example/she-wrote:\n\nand tell me", ("and tell me",)),
}


@pytest.mark.parametrize(("text", "kept"), KEPT.values(), ids=KEPT.keys())
def test_the_senders_words_are_never_cut(text: str, kept: tuple[str, ...]) -> None:
    """The worst mistake would be one that nobody sees."""
    found = trim_text(text)
    assert [words for words in kept if words not in found] == []


@pytest.mark.parametrize("text", ["> All of it", "-- \nGrace", "> a\n\n> b\n", "Sent from my iPhone"])
def test_where_nothing_would_remain_all_is_given(text: str) -> None:
    """Never an empty reply."""
    assert trim_text(text) == text.strip()


HTML = {
    "gmail": '<div>Yes.</div><div class="gmail_quote"><div class="gmail_attr">On x, Ada wrote:</div>'
    "<blockquote>Did you?</blockquote></div>",
    "cite": "<p>Yes.</p><blockquote type='cite'>Did you?</blockquote>",
    "thunderbird": '<p>Yes.</p><div class="moz-cite-prefix">Whatever it says:</div><blockquote type=cite>Did?</blockquote>',
    "outlook": '<div>Yes.</div><div id="divRplyFwdMsg">From: Ada</div><div>Did you?</div>',
    "outlook's line": "<div><p>Yes.</p></div><div><div style='border:none;border-top:solid #E1E1E1 1.0pt'><p><b>From:</b> Ada<br>"
    "<b>Sent:</b> x</p></div></div><p>Did you?</p>",
    "signature": '<div>Yes.</div><div class="gmail_signature">Grace Hopper</div>',
    "unmarked": "<p>Yes.</p><p>Am 1. Juni 2026 um 12:00 schrieb Ada &lt;ada@x.example&gt;:</p><blockquote>Did?</blockquote>",
}


@pytest.mark.parametrize("html", HTML.values(), ids=HTML.keys())
def test_html_tells_what_is_quoted(html: str) -> None:
    """By the marks of mail programs; the plain text beside it need not."""
    assert trim_reply("Yes.\n\nsomething that nobody could tell is quoted", html) == "Yes."


def test_answers_between_quotes_in_html_are_kept() -> None:
    """Also where a header stands above them."""
    html = (
        "<p>On 1 Jun 2026 at 12:00, Ada &lt;a@x.example&gt; wrote:</p><blockquote type=cite>One?</blockquote>"
        "<p>Yes.</p><blockquote type=cite>Two?</blockquote><p>No.</p>"
    )
    assert trim_reply("", html).split() == ["Yes.", "No."]


def test_a_forward_in_html_is_left_alone() -> None:
    """It is what the sender wants to show."""
    html = (
        '<p>See.</p><div class="gmail_quote">---------- Forwarded message ---------<br>From: Ada<br><p>News</p></div>'
    )
    assert "News" in trim_reply("", html)


def test_long_texts_are_kept_whole_beyond_what_is_looked_at() -> None:
    """Work is bounded by lines, not by dropping some."""
    text = "\n".join(f"line {number}" for number in range(20_000))
    assert trim_text(text) == text


OWN = "Thanks, that works now.\n\nJane"


@pytest.mark.parametrize("quote", ["> Dear Jane,\n> please try again.", "Dear Jane,\nplease try again."])
@pytest.mark.parametrize(
    "header",
    [
        "Missatge de Ines Mora <help@desk.example> del dia dl., 6 de maig 2024 a les 10:00:",
        "2024年5月6日(月) 10:00 Ines Mora <help@desk.example>:",
        "Ines Mora <help@desk.example> 于2024年5月6日周一 10:00写道：",
        "pon., 6 maj 2024 o 10:00 Ines Mora\n<help@desk.example> napisał(a):",
        "Понедельник, 6 мая 2024, 10:00 +03:00 от Ines Mora\n<help@desk.example>:",
        "در تاریخ دوشنبه ۶ مه ۲۰۲۴ ۱۰:۰۰ Ines Mora <help@desk.example> نوشت:",
        "\u200fבתאריך יום ב׳, 6 במאי 2024 ב-10:00 מאת \u202aInes Mora\u202c\u200f <\u202ahelp@desk.example\u202c\u200f>:\u202c",
        "----- Ursprüngliche Mail -----\nVon: Ines Mora <help@desk.example>\nAn: jane@example.org\nGesendet: Montag, 6. Mai 2024",
        "----- In a language that nobody taught us -----\nFrom: Ines Mora <help@desk.example>\nSent: Monday\nTo: Jane",
        "Ines Mora ---06.05.2024 10:00:00---Dear Jane",
    ],
)
def test_what_only_a_program_writes_introduces_a_quote_in_any_language(header: str, quote: str) -> None:
    assert trim_text(f"{OWN}\n\n{header}\n\n{quote}\n") == OWN


def test_a_line_with_day_and_time_introduces_what_is_quoted_below_it() -> None:
    assert trim_text(f"{OWN}\n\n2024-05-06 오전 10:00에 Ines 이(가) 쓴 글:\n\n> please try again\n") == OWN
    assert trim_text(f"{OWN}\n2024/5/6 Ines Mora <help@desk.example>\n\n> please try again\n") == OWN


@pytest.mark.parametrize(
    "words",
    [
        "It failed on 6 May 2024 at 10:00, and then again:\n\nerror 17\nerror 18",
        "Please write to Ines <ines@desk.example> about these:\n\nthe roof\nthe door",
        "2024/5/6 Ines Mora <ines@desk.example>\nis whom I spoke to.",
        "---- the log ----\nMay  6 10:00 fire\nMay  6 10:01 water",
        "Call me at 10:00, or on 6.5.2024.\nThe address is jane@example.org:\nplease use it.",
    ],
)
def test_a_sentence_with_a_day_and_a_colon_is_the_senders(words: str) -> None:
    """Words that nobody sees are the worst mistake."""
    assert trim_text(words) == words


def test_it_is_told_what_was_folded_away_and_why() -> None:
    text = "Yes.\n\nOn Mon, 6 May 2024 at 10:00, Ines <help@desk.example> wrote:\n> Does it burn?\n> Really?\n\n-- \nJane\n"
    folds = trimmed(text, "").folds
    assert [(fold.why, fold.what[:10]) for fold in folds] == [
        ("header", "On Mon, 6 "),
        ("quoted", "> Does it "),
        ("signature", "--"),
    ]
    html = '<p>Yes.</p><blockquote type="cite">Does it burn?</blockquote><div class="gmail_signature">Jane</div>'
    assert [(fold.why, fold.what.split(">")[0]) for fold in trimmed("", html).folds][:2] == [
        ("marked", "<blockquote"),
        ("marked", "<div.gmail_signature"),
    ]
    assert [fold.why for fold in trimmed("Look\n---------- Forwarded message ---------\nFrom: x", "").folds] == [
        "forward"
    ]
