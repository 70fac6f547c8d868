"""Where the listener listens: HOST:PORT, [IPv6]:PORT or unix:/PATH."""

from __future__ import annotations

import os
import re
import socket
import stat
from dataclasses import dataclass
from pathlib import Path

from flask_babel import gettext as _

BACKLOG = 128
_PORT = re.compile(r"(?:\[(?P<six>[0-9a-fA-F:.]+)\]|(?P<host>[^\[\]:/\s]+)):(?P<port>\d{1,5})")
_LONGEST = 107
"""Bytes of a socket's path, see unix(7)."""


class WrongPlace(Exception):
    """It cannot be listened there; the message says why."""


@dataclass(frozen=True, slots=True)
class Place:
    """A unix socket, or a host and a port; port 0 is one that the system chooses."""

    path: str = ""
    host: str = ""
    port: int = 0

    def __str__(self) -> str:
        """As it is written in the settings."""
        return (
            f"unix:{self.path}" if self.path else f"{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"
        )


def parse_place(text: str) -> Place:
    """Read a place.

    Raises:
        WrongPlace: it is none.
    """
    text = text.strip()
    if text.startswith("unix:"):
        path = text.removeprefix("unix:")
        if not path.startswith("/") or len(os.fsencode(path)) > _LONGEST:
            raise WrongPlace(
                _("Write the whole path of a socket, as in unix:/run/hookdesk/lmtp.sock; 107 bytes at most.")
            )
        return Place(path=path)
    found = _PORT.fullmatch(text)
    if found is None or int(found["port"]) > 65535:
        raise WrongPlace(_("Write HOST:PORT, as in 127.0.0.1:8024, or unix:/PATH."))
    return Place(host=found["six"] or found["host"], port=int(found["port"]))


def listen(place: Place) -> socket.socket:
    """A listening socket. A socket file that nobody listens at any more is replaced; everybody who may enter its folder can use it.

    Raises:
        WrongPlace: it is in use, or not ours.
    """
    if place.path:
        _clear(Path(place.path))
    family = socket.AF_UNIX if place.path else socket.AF_INET6 if ":" in place.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        if place.path:
            listener.bind(place.path)
            Path(place.path).chmod(0o666)
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((place.host, place.port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise WrongPlace(f"{place}: {error.strerror or error}") from None
    return listener


def _clear(path: Path) -> None:
    """Remove the socket of a listener that was killed.

    Raises:
        WrongPlace: somebody listens there, or it is no socket.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise WrongPlace(f"{path} is there already, and is no socket")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            path.unlink(missing_ok=True)
            return
    raise WrongPlace(f"{path}: another listener has it")
