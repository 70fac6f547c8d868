"""What mail programs mark as quoted or as a signature in HTML: their class names and ids, nothing guessed."""

from __future__ import annotations

from itertools import islice

from selectolax.lexbor import LexborHTMLParser, LexborNode

from hookdesk.api import node_to_text, parse_html
from hookdesk_email_in.reply_patterns import BLOCK_FROM, FORWARD

# the element is quoted, own words may follow it
QUOTES = (
    "blockquote[type=cite]", ".gmail_quote", "[class*=yahoo_quote]", "[id*=yahoo_quote]", ".protonmail_quote", ".tutanota_quote",
    ".zmail_extra", "#OLK_SRC_BODY_SECTION", "#reply-intro", "#mail-editor-reference-message-container",
    ".ms-outlook-mobile-reference-message", ".freshdesk_quote", "#isReplyContent", ".WM-quote", "#qt",
    "[name=messageReplySection]",
)  # fmt: skip
# the element and all that comes after it are an earlier mail
ENDS = (
    "#divRplyFwdMsg", "#x_divRplyFwdMsg", "#appendonsend", "#x_appendonsend", "#stopSpelling",
    "div[style*='border-top:solid #B5C4DF']", "div[style*='border-top:solid #E1E1E1']", "div[style*='border-top: solid #E1E1E1']",
    "div[style*='border-top:1px solid #B5C4DF']", "div[style*='border-top:solid windowtext']",
)  # fmt: skip
# headers of quotes, which are marked themselves, and signatures
REMOVED = (
    ".moz-cite-prefix", ".gmail_attr",
    ".gmail_signature", ".moz-signature", "#Signature", "#x_Signature", "#AppleMailSignature", "#ms-outlook-mobile-signature",
    ".protonmail_signature_block", ".apple-signature", "#signature-x",
    "[name=messageSignatureSection]",
)  # fmt: skip

# far beyond any real mail; what is over them stays in the text
_MAX_ENDS, _MAX_QUOTES = 20, 500
_MOST_NOTED = 20


def own_html_text(html: str, marked: list[str] | None = None) -> str:
    """The text of a mail's HTML with `> …` for each quote that is marked as one, and without what follows an earlier mail's head.

    "" if the document is too costly to parse. What was left out goes into `marked`, by its mark and its first words.
    """
    marked = [] if marked is None else marked
    body = parse_html(html)
    if body is None:
        return ""
    for node in body.css(",".join(ENDS))[:_MAX_ENDS]:
        if _has_text_before(node, body) and _heads_a_mail(node):
            _note(marked, node)
            _remove_from(node, body)
            break
    forwards: set[int] = set()
    for node in body.css(",".join(QUOTES))[:_MAX_QUOTES]:
        if _is_forward(node):
            forwards.add(node.mem_id)
        elif not _stands_in(node, forwards, body):
            _note(marked, node)
            node.replace_with(_placeholder())
    for node in body.css(",".join(REMOVED)):
        if not _stands_in(node, forwards, body):
            _note(marked, node)
            node.decompose()
    return node_to_text(body)


def _stands_in(node: LexborNode, forwards: set[int], body: LexborNode) -> bool:
    """Whether an element is a part of a mail that is passed on: all of that stays."""
    current = node.parent if forwards else None
    while current is not None and current.mem_id != body.mem_id:
        if current.mem_id in forwards:
            return True
        current = current.parent
    return False


def _note(marked: list[str], node: LexborNode) -> None:
    """By what a program has marked an element, and what it begins with; enough of them tell the rest."""
    if len(marked) < _MOST_NOTED:
        name = f"#{node.id}" if node.id else f".{node.attributes.get('class')}" if node.attributes.get("class") else ""
        marked.append(f"<{node.tag}{name}> {' '.join(_first_lines(node))[:80]}".strip()[:200])


def _placeholder() -> LexborNode:
    quote = LexborHTMLParser("<blockquote>…</blockquote>").css_first("blockquote")
    assert quote is not None
    return quote


def _is_forward(node: LexborNode) -> bool:
    return any(FORWARD.match(line) for line in _first_lines(node))


def _first_lines(node: LexborNode) -> list[str]:
    """The first texts in an element."""
    texts = (child.text_content or "" for child in islice(node.traverse(include_text=True), 50) if child.tag == "-text")
    return [text.strip()[:200] for text in texts if text.strip()][:3]


def _heads_a_mail(node: LexborNode) -> bool:
    """Outlook marks the head of the quoted mail by an id; by a line above it only if that head is there."""
    return node.id is not None or bool(BLOCK_FROM.match(" ".join(_first_lines(node))))


def _has_text_before(node: LexborNode, body: LexborNode) -> bool:
    current: LexborNode | None = node
    while current is not None and current.mem_id != body.mem_id:
        before = current.prev
        while before is not None:
            if before.tag not in ("style", "script") and before.text().strip():
                return True
            before = before.prev
        current = current.parent
    return False


def _remove_from(node: LexborNode, body: LexborNode) -> None:
    """Remove an element and all that comes after it in the document."""
    current: LexborNode | None = node
    while current is not None and current.mem_id != body.mem_id:
        parent, after = current.parent, current.next
        while after is not None:
            following = after.next
            after.decompose()
            after = following
        current = parent
    node.decompose()
