"""`tickets.xml`: read by expat, which is told to end at a document type, so that there are no entities but XML's own five."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat  # a document type ends the parsing below, before any entity is declared

from hookdesk_api_osticket import data_urls
from hookdesk_api_osticket.given import Given, GivenFile
from hookdesk_api_osticket.problems import ApiProblem, malformed

ROOT = "ticket"
DEEPEST = 8
MOST_ELEMENTS = 1000


@dataclass(slots=True)
class Element:
    """An element with its own text, white space at both ends removed as osTicket does."""

    name: str
    attributes: dict[str, str]
    pieces: list[str] = field(default_factory=list)
    children: list[Element] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its text."""
        return "".join(self.pieces).strip()


def read(body: bytes) -> Given:
    """What a body says: elements below the root and attributes of the root are the keys.

    Raises:
        ApiProblem: 400, it is no XML, has a document type, or its root is no `ticket`.
    """
    root = _parsed(body)
    if root.name != ROOT:
        raise malformed(f"The root element must be <{ROOT}>")
    values: dict[str, Any] = dict(root.attributes)
    message: Element | None = None
    files: tuple[GivenFile, ...] = ()
    for child in root.children:
        if child.name == "attachments":
            files = tuple(_file(item) for item in child.children if item.name == "file")
        elif child.name == "message":
            message = child
        else:
            values.setdefault(child.name, _value(child))
    text = values.pop("message", None) if message is None else message.text
    values.pop("attachments", None)
    return Given(values, text, message is not None and _is_html(message), files)


def _value(element: Element) -> Any:
    """A key's value: its text, a phone number with its extension behind an X, or the texts of what lies below."""
    if element.name == "phone" and element.attributes.get("ext"):
        return f"{element.text}X{element.attributes['ext']}"
    return [child.text for child in element.children] if element.children else element.text


def _is_html(message: Element) -> bool:
    return message.attributes.get("type", "").strip().lower() == "text/html"


def _file(element: Element) -> GivenFile:
    """One file; text is stored as UTF-8."""
    about = element.attributes
    name, content_type = about.get("name", ""), about.get("type") or data_urls.PLAIN
    if about.get("encoding", "").strip().lower() != "base64":
        return GivenFile(name, content_type, element.text.encode("utf-8", "replace"))
    try:
        return GivenFile(name, content_type, data_urls.decode(element.text))
    except ValueError as problem:
        return GivenFile(name, content_type, problem=str(problem))


def _parsed(body: bytes) -> Element:
    """The root element, within bounds on depth and number of elements."""
    top = Element("", {})
    open_elements = [top]
    count = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if len(open_elements) > DEEPEST or count > MOST_ELEMENTS:
            raise malformed("XML error: too many elements")
        element = Element(name, attributes)
        open_elements[-1].children.append(element)
        open_elements.append(element)

    def refuse(*_declared: Any) -> None:
        raise malformed("XML error: a document type is not allowed here")

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _name: open_elements.pop()
    parser.CharacterDataHandler = lambda text: open_elements[-1].pieces.append(text)
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(body, True)
    except ApiProblem:
        raise
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise malformed(f"XML error: {str(error)[:200]}") from None
    return top.children[0]
