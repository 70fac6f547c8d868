"""Trying out what was entered, before it is stored."""

from __future__ import annotations

from dataclasses import dataclass

from hookdesk_mailboxes import connecting, services
from hookdesk_mailboxes.models import Mailbox
from hookdesk_mailboxes.problems import problem_of
from hookdesk_mailboxes.protocols import Connection, FetchProblem

MOST_FOLDERS = 200


@dataclass(frozen=True, slots=True)
class Probe:
    """What the server says: its folders, how many messages lie in those that are to be read, and which of those are not there."""

    folders: tuple[str, ...]
    counts: dict[str, int]
    missing: tuple[str, ...]


def probe(values: services.Values, mailbox: Mailbox | None = None) -> Probe:
    """Sign in and look. The archive is made, if mail is to go there and it is missing.

    Raises:
        FetchProblem: there is no way in, or the archive cannot be made.
    """
    connection, _expires = connecting.connect(services.row_of(values, mailbox))
    try:
        return _look(connection, values)
    except Exception as error:  # as for `connect`: whatever the protocol's library raises
        raise problem_of(error) from error
    finally:
        connection.close()


def _look(connection: Connection, values: services.Values) -> Probe:
    found = tuple(connection.folders())
    names = {name.casefold() if name.casefold() == "inbox" else name for name in found}
    missing = tuple(
        name for name in values.folders if (name.casefold() if name.casefold() == "inbox" else name) not in names
    )
    counts = {name: connection.count(name) for name in values.folders if name not in missing}
    if values.after == "move" and not missing:
        connection.make_folder(values.archive)
    return Probe(found[:MOST_FOLDERS], counts, missing)


__all__ = ["FetchProblem", "Probe", "probe"]
