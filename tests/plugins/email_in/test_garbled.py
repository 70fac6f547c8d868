"""Wrong labels, broken words, names in pieces: what people sent is what we read, whatever their programs made of it."""

from __future__ import annotations

import base64
import quopri
from collections.abc import Callable

import pytest

from hookdesk.api import InboundMessage
from hookdesk_email_in.parse import parse_message

WORDS = {
    "de": "Die Größe der Straße heißt „Übermut“ – 5 €.",
    "ru": "Пожалуйста, пришлите счёт. Насос не работает.",
    "ja": "請求書をお送りください。よろしくお願いします。",
    "zh": "请把发票寄给我们，谢谢您的帮助，祝您工作愉快。",
    "tw": "請把發票寄給我們，謝謝您的幫助，祝您工作愉快。",
    "ko": "송장을 보내 주세요. 감사합니다. 좋은 하루 되세요.",
    "pl": "Proszę przesłać fakturę, żółć gęślą jaźń.",
    "el": "Παρακαλώ στείλτε το τιμολόγιο.",
    "he": "אנא שלחו את החשבונית.",
    "ar": "يرجى إرسال الفاتورة.",
    "th": "กรุณาส่งใบแจ้งหนี้ให้เราด้วย",
}
# words, what the mail says that they are written in, and what they are
LABELS = """
de utf-8 utf-8, de us-ascii utf-8, de iso-8859-1 utf-8, de utf-8 cp1252, de iso-8859-1 cp1252, de x-unknown cp1252, de utf-7 utf-7
de UTF8 utf-8, de ansi cp1252, de iso-8859-15 cp1252, de default utf-8
ru koi8-r koi8-r, ru koi8r koi8-r, ru x-unknown koi8-r, ru koi8-r utf-8, ru windows-1251 cp1251, ru windows-1251 utf-8, ru us-ascii cp1251
ru iso-8859-1 cp1251, ru iso-8859-5 iso8859-5
ja iso-2022-jp iso2022_jp, ja utf-8 iso2022_jp, ja us-ascii iso2022_jp, ja shift_jis shift_jis, ja euc-jp euc_jp, ja us-ascii shift_jis
ja iso-2022-jp euc_jp, ja iso-2022-jp shift_jis, ja iso-2022-jp utf-8, ja shift_jis utf-8, ja utf-16 utf-16, ja unicode-1-1-utf-7 utf-7
zh gb2312 gb18030, zh utf-8 gbk, zh us-ascii gbk, zh gb2312 utf-8, zh hz-gb-2312 hz, zh x-gbk gbk, zh x-unknown utf-8
tw big5 big5, tw x-unknown big5, tw big5 utf-8
ko iso-2022-kr iso2022_kr, ko ks_c_5601-1987 cp949, ko us-ascii euc_kr, ko euc-kr utf-8
pl iso-8859-2 iso8859-2, pl iso-8859-2 cp1250, pl windows-1250 cp1250, el iso-8859-7 iso8859-7, el windows-1253 cp1253
he iso-8859-8-i iso8859-8, he windows-1255 cp1255, ar windows-1256 cp1256, th tis-620 cp874
"""
CASES = [case.split() for case in LABELS.replace("\n", ",").split(",") if case.strip()]

ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "8bit": bytes,
    "base64": base64.encodebytes,
    "quoted-printable": quopri.encodestring,
}


def mail(
    *headers: str | bytes, body: bytes = b"x", sender: str | bytes = "Grace <grace@example.org>"
) -> InboundMessage:
    """A mail with these headers, told as text or, if no text could hold them, as bytes."""
    lines = ["To: help@example.com", "MIME-Version: 1.0", *headers]
    head = [line if isinstance(line, bytes) else line.encode() for line in lines]
    first = b"From: " + (sender if isinstance(sender, bytes) else sender.encode())
    return parse_message(b"\n".join([first, *head, b"", body]))


@pytest.mark.parametrize("encoding", ENCODERS)
def test_a_text_is_read_whatever_its_label_says(encoding: str) -> None:
    encode = ENCODERS[encoding]
    wrong = {}
    for words, label, codec in CASES:
        message = mail(
            f"Content-Type: text/plain; charset={label}",
            f"Content-Transfer-Encoding: {encoding}",
            body=encode(WORDS[words].encode(codec)) + b"\n",
        )
        if message.text.strip() != WORDS[words]:
            wrong[f"{words} {label} {codec}"] = message.text
    assert wrong == {}


@pytest.mark.parametrize(
    ("raw", "subject"),
    [
        (b"=?utf-8?Q?Gr=C3=B6=C3=9Fe?= und =?koi8-r?B?7sHTz9M=?=", "Größe und Насос"),
        (b"=?utf-8?B?R3LDtsM=?=\n =?utf-8?B?n2U=?=", "Größe"),
        ("Größe der Straße".encode("latin-1"), "Größe der Straße"),
        ("Насос не работает, пришлите".encode("koi8-r"), "Насос не работает, пришлите"),
        ("水泵坏了请帮忙".encode("gbk"), "水泵坏了请帮忙"),
        ("펌프가 고장났습니다".encode("euc-kr"), "펌프가 고장났습니다"),
        (b"=?utf-8?Q?Gr=F6=DFe_der_Stra=DFe?=", "Größe der Straße"),
        (b"=?x-foo?Q?Gr=C3=B6=C3=9Fe?=", "Größe"),
        (b"=?utf-8?Q?=3D=3Futf-8=3FQ=3F=C3=BC=3F=3D?=", "ü"),
        (b"=?hz-gb-2312?Q?~{GkRR~}?=", "请乙"),
        (b"=?utf-8?Q?a=0D=0ABcc:_b@x.example?=", "a Bcc: b@x.example"),
        (b"=?utf-8?B?R3LDtsOfZQ==?==?utf-8?Q?_x?=", "Größe x"),
    ],
)
def test_a_subject_is_read_however_it_is_written(raw: bytes, subject: str) -> None:
    assert mail(b"Subject: " + raw).subject == subject


@pytest.mark.parametrize(
    ("sender", "name", "address"),
    [
        ('"grace hopper"@example.org', "", '"grace hopper"@example.org'),
        ("grace@example.org.", "", "grace@example.org"),
        ("Grace <<grace@example.org>>", "Grace", "grace@example.org"),
        ("Grace @ ACME <grace@example.org>", "Grace @ ACME", "grace@example.org"),
        ("<@a.example,@b.example:grace@example.org>", "", "grace@example.org"),
        ("Grace <grace@bücher.example>", "Grace", "grace@bücher.example"),
        ("Team: grace@example.org, b@x.example;", "", "grace@example.org"),
        ('"bob@x.example" <grace@example.org>', "bob@x.example", "grace@example.org"),
    ],
)
def test_who_wrote_is_found_however_it_is_written(sender: str, name: str, address: str) -> None:
    message = mail("Subject: x", sender=sender)
    assert (message.sender_name, message.sender_address) == (name, address)


@pytest.mark.parametrize(
    ("params", "name"),
    [
        ("filename=\"x.pdf\"; filename*=utf-8''%C3%BC.pdf", "ü.pdf"),
        ("filename*=utf-8''%C3%BC.pdf; filename=\"x.pdf\"", "ü.pdf"),
        ("filename=x.pdf; filename*0*=utf-8''%C3%BC; filename*1=.pdf", "ü.pdf"),
        ("filename*1=b.pdf; filename*0=a", "ab.pdf"),
        ("filename='a.pdf'", "a.pdf"),
        ('filename="a;b.pdf"', "a;b.pdf"),
        ("filename=my file.pdf", "my file.pdf"),
        ('filename="a.pdf', "a.pdf"),
    ],
)
def test_a_file_has_the_name_that_was_meant(params: str, name: str) -> None:
    message = mail("Content-Type: application/pdf", f"Content-Disposition: attachment; {params}")
    assert [file.filename for file in message.files] == [name]


@pytest.mark.parametrize(
    ("encoding", "body", "text"),
    [
        ("quoted-printable", b"a =  \nb\n", "a b"),
        ("quoted-printable", b"Gr=C3=B6 =ZZ 50% =\n", "Grö =ZZ 50% "),
        ("base64", b"SGVsbG8gd29ybGQ=\n\n_____\n", "Hello world"),
        ("base64", b"SGVsbG8gd29ybGQ=\n-- \nThe list: tell us.\n", "Hello world\n-- \nThe list: tell us."),
        ("base64", b"Hello, this is no base64, but words.\n", "Hello, this is no base64, but words."),
        ("base64", b"Hello world, this is a text and nothing else.\n", "Hello world, this is a text and nothing else."),
    ],
)
def test_what_is_encoded_badly_is_read_as_far_as_it_goes(encoding: str, body: bytes, text: str) -> None:
    assert mail(f"Content-Transfer-Encoding: {encoding}", body=body).text == text
