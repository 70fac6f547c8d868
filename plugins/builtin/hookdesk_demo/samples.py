"""Files to attach: small, whole, and made here."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from functools import cache

from hookdesk.api import InboundFile


@cache
def files() -> Sequence[InboundFile]:
    """Pictures, texts, a table and a paper."""
    return (
        InboundFile("photo-of-the-frame.png", "image/png", picture(320, 200, (38, 98, 120), (226, 150, 60))),
        InboundFile("display.png", "image/png", picture(240, 240, (20, 24, 30), (90, 210, 140))),
        InboundFile("label.png", "image/png", picture(280, 160, (245, 243, 236), (40, 40, 40))),
        InboundFile(
            "packing-list.csv", "text/csv", b"position;part;quantity\r\n1;frame;1\r\n2;charger;1\r\n3;key set;2\r\n"
        ),
        InboundFile("log.txt", "text/plain", LOG.encode()),
        InboundFile("delivery-note.pdf", "application/pdf", paper("Delivery note", "Alder Cycles, warehouse 2")),
        InboundFile("invoice.pdf", "application/pdf", paper("Invoice", "Alder Cycles, accounts")),
    )


LOG = "\n".join(
    f"12:{minute:02} motor temperature {31 + minute % 7} C, support level 3, no fault" for minute in range(40)
)


def picture(width: int, height: int, back: tuple[int, int, int], front: tuple[int, int, int]) -> bytes:
    """A PNG (RFC 2083) with a coloured disc on a plain ground."""
    radius, rows = min(width, height) // 3, []
    for y in range(height):
        half = int(max(radius**2 - (y - height // 2) ** 2, 0) ** 0.5)
        side = (width - 2 * half) // 2
        rows.append(b"\0" + bytes(back) * side + bytes(front) * (2 * half) + bytes(back) * (width - side - 2 * half))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(b"".join(rows), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in parts)


def _chunk(name: bytes, data: bytes) -> bytes:
    """One chunk of a PNG."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def paper(title: str, line: str) -> bytes:
    """A PDF of one page with two lines."""
    text = f"BT /F 22 Tf 60 770 Td ({title}) Tj 0 -32 Td /F 12 Tf ({line}) Tj ET".encode()
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(text), text),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    done, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(done))
        done += b"%d 0 obj%sendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(done))
    return done + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + end
