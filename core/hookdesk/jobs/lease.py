"""Leases: a name that one process at a time may hold. They expire, so that a lost node frees what it held.

A holder is written "<node>:<pid>:<start>"; a process of this node can see that another one is gone, and need not wait for the expiry.
"""

from __future__ import annotations

import hashlib
import os
import socket
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from hookdesk import clock
from hookdesk.models import Lease, table_of

LEASE_S = 60
_TABLE = table_of(Lease)


@cache
def _node() -> str:
    """What tells this node (machine, boot and process namespace) from every other."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        namespace = str(Path("/proc/self/ns/pid").readlink())
    except OSError:  # no Linux: then nobody is ever seen to be gone, and leases expire
        boot = namespace = ""
    parts = [socket.gethostname(), boot, namespace]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _started(pid: int) -> str:
    """When a process began, in the kernel's ticks; "" if there is none (see proc_pid_stat(5), field 22)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def holder() -> str:
    """This process, as a holder."""
    return f"{_node()}:{os.getpid()}:{_started(os.getpid())}"


def is_gone(other: str) -> bool:
    """True if `other` is a process of this node that is no longer there."""
    node, _, rest = other.partition(":")
    pid, _, started = rest.partition(":")
    return node == _node() and pid.isdigit() and bool(_started(os.getpid())) and _started(int(pid)) != started


def is_held(session: Session, name: str) -> bool:
    """True while a process that may still be there holds a lease."""
    lease = session.scalar(select(Lease).where(Lease.name == name))
    return lease is not None and lease.until > clock.now() and not is_gone(lease.holder)


def acquire(session: Session, name: str, seconds: int = LEASE_S) -> bool:
    """Take or renew a lease; False if another process holds it. Two that insert it at once: one gets an IntegrityError, and tries again."""
    now = clock.now()
    taken = {"holder": holder(), "until": now + timedelta(seconds=seconds)}
    is_free = or_(_TABLE.c.holder == taken["holder"], _TABLE.c.until <= now)
    if _changed(session, name, is_free, taken):
        return True
    found = session.scalar(select(Lease).where(Lease.name == name).with_for_update())
    if found is None:
        session.add(Lease(name=name, **taken))
        session.flush()
        return True
    return is_gone(found.holder) and _changed(session, name, _TABLE.c.holder == found.holder, taken)


def renew(session: Session, name: str, seconds: int = LEASE_S) -> bool:
    """Hold on to a lease; False if it is no longer ours."""
    return _changed(session, name, _TABLE.c.holder == holder(), {"until": clock.now() + timedelta(seconds=seconds)})


def release(session: Session, name: str) -> None:
    """Let go of a lease, if it is ours: it expired long ago then, also for a node whose clock is behind."""
    _changed(session, name, _TABLE.c.holder == holder(), {"until": clock.now() - timedelta(seconds=LEASE_S)})


def _changed(session: Session, name: str, is_so: ColumnElement[bool], values: Mapping[str, Any]) -> bool:
    """Change a lease if it is as told; whether it was."""
    changed = session.execute(update(_TABLE).where(_TABLE.c.name == name, is_so).values(values))
    return bool(changed.rowcount)  # type: ignore[attr-defined]  # an UPDATE has one
