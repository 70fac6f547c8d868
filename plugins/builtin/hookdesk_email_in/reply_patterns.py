"""What marks the end of somebody's own words: expressions made of the words in `reply_words.toml`; `reply` reads them.

Each is matched against one line, or a few joined ones, of bounded length.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

MAX_LINE = 500
"""Characters of a line that are looked at."""
_LANGUAGES = tomllib.loads(Path(__file__).with_name("reply_words.toml").read_text(encoding="utf-8"))


def _any(kind: str) -> str:
    """Every language's words of a kind, the longest first, as alternatives."""
    words = {word for language in _LANGUAGES.values() for word in language.get(kind, ())}
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))


def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_VERB = _any("wrote")
# "On 3 May 2024 at 10:00, Jane <jane@example.org> wrote:", and wrapped over some lines
HEADER_START = _compile(
    rf"^[->\s|*_]{{0,20}}(?:(?:{_any('starts')})(?=[\s,.\d:]|$)|(?:ma|ti|ke|to|pe|la|su)\s+\d|[在于於]"
    r"|\d{1,4}[-./年]\s?\d{1,2}[-./月]|\d{1,2}\.? \w{3,10}\.? \d{4}|\d{1,2}:\d\d\b)"
)
# "Jane Doe <jane@example.org> schrieb am …"
HEADER_ADDRESS_START = re.compile(r"^[^\n<>]{0,80}<[^<>\s]+@[^<>\s]+>")
HEADER_END = _compile(rf"(?:(?<!\w)(?:{_VERB})|[>)\]]|@[\w.-]+)(?:\W{{0,3}}[^\s:]{{0,40}})?\s*[:：]\s*$")
# verb first: "Op 13-02-2014 3:18 schreef Julius Caesar <pantheon@rome.com>:"
HEADER_VERB = _compile(rf"(?<!\w)(?:{_VERB})(?!\w)[^\n]{{0,200}}[:：]\s*$")
# the shortest: "Jane Doe wrote:", which only the quote below it tells from a sentence
HEADER_SHORT = _compile(rf"^[^\n.!?,;:]{{2,60}}\s(?:{_VERB})\s?[:：]$")
# "Quoting Jane Doe <jane@example.org>:"
HEADER_QUOTING = _compile(rf"^(?:{_any('quoting')})\s[^\n]{{2,200}}[:：]$")
# GroupWise: ">>> Jane Doe <jane@example.org> 5/6/2024 10:00 AM >>>"
HEADER_GROUPWISE = re.compile(r"^>>> [^\n]{3,200}\d[:.]\d\d[^\n]{0,10} >>>\s*$")
# no colon: "---- On Wed, 24 Feb 2021 14:02:50 +0530 jane@example.org wrote ----"
HEADER_BARE = _compile(
    rf"^(?:-*\s*On \w{{3}},? [^\n]{{5,200}} wrote|-{{3,}}\s?\w[^\n]{{1,200}}\s(?:{_VERB})\s?--)[-\s]*$"
)
# the writer's last words and the header on one line: "reply On Wed, Apr 4, 2012 at 3:59 PM, bob@example.com wrote:"
HEADER_INLINE = re.compile(r"^(?P<own>.*?\S)\s+(?=On (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? [^\n]{5,200}wrote:\s*$)")
# what makes it a quotation header rather than a sentence that ends with a colon
TIME = re.compile(r"(?<!\d)\d{1,2}[:.h]\d{2}(?!\d)")
YEAR = re.compile(r"(?<!\d)(?:(?:19|20)\d\d|[۰-۹٠-٩]{4})(?!\d)|\b\d{1,2}[./-]\d{1,2}[./-]\d{2}\b")
# whatever the language: "… Jane Doe <jane@example.org> …" as programs write it
ANGLE_ADDRESS = re.compile(r"<[^<>\s]+@[^<>\s]+>")
# no colon and no verb: "2024/5/6 Jane Doe <jane@example.org>"
HEADER_ZONED = re.compile(r"^\d{4}-\d\d-\d\d \d\d?:\d\d GMT[+-]\d\d:\d\d\s[^\n]{2,80}$")
HEADER_DATED = re.compile(r"^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\s[^\n<>]{1,80}<[^<>\s]+@[^<>\s]+>\s*$")
BIDI = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]+")
"""Marks of direction, which stand between the characters of a line and are not seen."""
SOME_DATE = re.compile(r"\d{1,2}[./-]\d{1,2}|\b\d{1,2}(?:st|nd|rd|th)?\b[^\n]{0,20}\b\w{3,9}\b")

# the head of an earlier mail: "From: …", "Sent: …", one a line or all in one
_COLON = r"\s{0,3}\*{0,2}\s{0,3}[:：]\s*\*{0,2}"
BLOCK_FROM = _compile(rf"^[>\s*_|]{{0,20}}(?:{_any('from')}){_COLON}\s*\S")
BLOCK_OTHER = _compile(rf"^[>\s*_|]{{0,20}}(?:{_any('labels')}){_COLON}")
BLOCK_LINE = _compile(
    rf"^[>\s*]{{0,20}}(?:{_any('from')}){_COLON}[^\n@]{{0,80}}@\S+.{{0,80}}\s(?:{_any('labels')})\s?:.{{0,80}}\d{{4}}"
)
# the same in any language: "Label: Jane Doe <jane@example.org>", and more labels below it
LABELLED = re.compile(r"^[>\s*_|]{0,20}[^\W\d_][^\n:：<>@\d]{0,24}[:：]")
LABELLED_ADDRESS = re.compile(rf"{LABELLED.pattern}[^\n<>@]{{0,100}}<[^<>\s]+@[^<>\s]+>[\s*;]*$")

# Notes, in HTML: somebody with their address, alone in a line, and below it nothing but day and time
ADDRESS_ALONE = re.compile(r"^\s*[^\n<>:@]{0,80}<[^<>\s]+@[^<>\s]+>\s*$")
MOMENT_ALONE = re.compile(
    r"^\s*\d{1,4}[./-]\d{1,2}[./-]\d{1,4},? \d{1,2}:\d\d(?::\d\d)?(?: [AP]M)?(?: [A-Z]{3,5})?\s*$"
)

_ORIGINAL = _any("original")
ORIGINAL = _compile(
    rf"^[>\s]{{0,20}}[-_=*—–‐]{{2,}}\s*(?:{_ORIGINAL})\s*[-_=*—–‐]*\s*$|^[>\s*]{{0,20}}(?:{_ORIGINAL})\s*[:：]?[\s*]*$"
)
# "----- … -----" in a language that is not known here; what follows decides
SEPARATOR = re.compile(r"^[>\s]{0,20}[-_=*]{3,}\s*\w[^\n]{1,60}\w\s*[-_=*]{3,}\s*$")
# Notes: "Jane Doe ---06.05.2024 10:00:00---what she wrote"
NOTES_LINE = re.compile(r"^.{0,80}---\s?\d{1,4}[./-]\d{1,2}[./-]\d{1,4} \d{1,2}:\d\d(?::\d\d)?(?: [AP]M)?\s?---")
FORWARD = _compile(rf"^[>\s*]{{0,20}}(?:[-_=]{{2,}}\s*(?:{_any('forward')})|(?:{_any('forward')})\s*[:：]\s*$)")
ABOVE = _compile(
    r"^(?=\W{2}|[^\n]{1,80}$)(?:|[^\n]{0,60}\W)"
    r"(?:reply|response|write|antwort(?:en)?|réponse|réponde[rz]|respuesta|resposta|risposta|antwoord)\b.{0,20}"
    r"\b(?:above|oberhalb|über|au-dessus|encima|acima|sopra|boven)\b.{0,40}"
    r"\b(?:line|linie|zeile|ligne|línea|linha|riga|lijn)\b"
)

SIGNATURE_MARK = re.compile(r"^\s*(?:--|—|––|- -)\s*$")
UNDERSCORES = re.compile(r"^\s*__+\s*$")
RULE = re.compile(r"^\s*[-=*#~+]{5,}\s*$")
DELIMITER = re.compile(r"^[-_=*#~+—–‐.ᐧ\s]+$")
_PROGRAM = r"[^,.;!?]{1,40}(?:<.{0,200}>|\(.{0,200}\)|\[.{0,200}\])?\W*$"
_DEVICE = (
    r"(?:(?<![a-z])(?:i ?phon|i ?pad|ipod|ios|samsung|galaxy|huawei|xiaomi|redmi|oneplus|nokia|lumia|blackberry|htc|motorola"
    r"|xperia|pixel|android|windows|outlook|yahoo|gmail|aol|gmx|web\.de|proton ?mail|mail(?:\.ru)?"
    r"|smart-?(?:ph|f)on|mobil|handy|tablet|tele[fp]on)"
    r"|смартфон|телефон|почт|мобильн|手机|手機|スマホ|휴대)"
)
# a line that a mail program adds, never a person's
SENT_FROM = _compile(
    r"^[\s_*(]{0,20}(?:"
    rf"sent (?:from|via|with|using) {_PROGRAM}"
    rf"|sent (?:from|via|with|using) (?=[^\n]{{0,20}}{_DEVICE})[^.;!?]{{1,60}}(?:[,.] ?(?:please|excuse|pardon|sorry)[^\n]{{0,80}})?\W*$"
    r"|sent via the samsung .{1,60}|sent on the (?:go|move)\W*$"
    r"|get outlook for |get the .{0,30} app|get .{1,30} for (?:ios|iphone|ipad|android|windows|mac(?:os)?)\W*$|via mobile$"
    r"|(?:von|aus) mein(?:em|er) .{1,60}(?:gesendet|verschickt)|diese nachricht wurde von mein|von unterwegs gesendet\W*$"
    rf"|gesendet (?:von|mit|über|aus) {_PROGRAM}"
    rf"|envoyé (?:de|depuis|à partir de) {_PROGRAM}|(?:téléchargez|obtenir) outlook|provenance :? ?courrier"
    rf"|(?:enviado|enviat) (?:desde|do|de|des) {_PROGRAM}|(?:obtén|obter o) outlook"
    rf"|inviato (?:da|dal|con) {_PROGRAM}|(?:scarica|ottieni) outlook"
    rf"|(?:verstuurd|verzonden) (?:vanaf|vanuit|met|via) {_PROGRAM}|outlook (?:für|voor|för|til) (?:ios|android)"
    rf"|skickat från {_PROGRAM}|sendt (?:fra|med) {_PROGRAM}|(?:hämta|hent|få|hanki|pobierz) outlook"
    rf"|lähetetty {_PROGRAM}|wysłan[eoy] (?:z|przez) {_PROGRAM}|(?:odesláno|poslané) z {_PROGRAM}"
    rf"|отправлено (?:с|из|от) {_PROGRAM}|надіслано (?:з|із) {_PROGRAM}|изпратено от {_PROGRAM}"
    r"|(?:iphone|ipad|android|外出先)から送信|发自我|從我的|从我的|傳送自|나의 .{1,20}에서 보냄|iphone'umdan gönderildi"
    r")"
)
# short, of a device or a program, and of sending or of getting it, in whatever language
SENT_BY_DEVICE = _compile(
    rf"^(?=[^\n,.;:!?]{{3,70}}(?:\.\w{{2}}\b[^\n,.;:!?]{{0,30}})?[\W_]*$)(?=[^\n]*{_DEVICE})[\s_*(]{{0,9}}"
    rf"(?:(?:{_any('sent')})|[^\n]*(?<![a-zà-ÿ])(?:{_any('sent')})[\W_]*$|(?=[^\n]*outlook)[^\n]*(?<![a-zà-ÿ])(?:{_any('get')}))"
)
QUOTED = re.compile(r"^\s{0,3}(?:[A-Z]\w{0,12}>|>|\|\s)")
NOT_QUOTED = re.compile(r"<<\s*$")
