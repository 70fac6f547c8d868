"""The listening socket. The supervisor opens it and keeps it, so that connections wait rather than fail while web processes change."""

from __future__ import annotations

import errno
import re
import socket

from hookdesk.config import ConfigError

BACKLOG = 2048
_BIND = re.compile(r"(?:\[(?P<six>[0-9a-fA-F:.]+)\]|(?P<host>[^\[\]:/\s]*)):(?P<port>\d{1,5})")


class CannotListen(Exception):
    """The address cannot be had; the message says what to do."""


def parse_bind(bind: str) -> tuple[str, int]:
    """Host and port of HOST:PORT or [IPv6]:PORT.

    Raises:
        ConfigError: it is neither.
    """
    found = _BIND.fullmatch(bind)
    if found is None or int(found["port"]) > 65535:
        raise ConfigError(
            f"{bind!r} is no address to listen at; write HOST:PORT, for example 127.0.0.1:8000 or [::1]:8000."
        )
    return found["six"] or found["host"] or "0.0.0.0", int(found["port"])  # noqa: S104  an empty host means every address


def listen(bind: str) -> socket.socket:
    """A listening socket for HOST:PORT.

    Raises:
        ConfigError: the address is malformed.
        CannotListen: it is in use, or not ours.
    """
    host, port = parse_bind(bind)
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise CannotListen(_explain(error, host, port)) from None
    return listener


def _explain(error: OSError, host: str, port: int) -> str:
    """Why it cannot be had, and what to do."""
    place = f"{f'[{host}]' if ':' in host else host}:{8080 if port < 1024 else port + 1}"
    another = f"`hookdesk serve --bind {place}` (`make run BIND={place}`)"
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} at {host} is in use. End the program that has it, or choose another port: {another}."
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"This user may not listen at port {port}. Choose one above 1023: {another}."
    if error.errno == errno.EADDRNOTAVAIL or isinstance(error, socket.gaierror):
        return f"{host} is no address of this machine. Take one of its own, 127.0.0.1 for this machine alone, or 0.0.0.0 for all."
    return f"Port {port} at {host} cannot be had: {error.strerror}."
