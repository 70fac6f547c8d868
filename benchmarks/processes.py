"""What a tree of processes uses, from /proc (proc(5))."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
LISTENING = "0A"


def tree(root: int) -> set[int]:
    """A process and all below it."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        fields = _stat(int(folder.name))
        if fields:
            children.setdefault(int(fields[1]), []).append(int(folder.name))
    found, todo = set(), [root]
    while todo:
        found.add(pid := todo.pop())
        todo += children.get(pid, [])
    return found


def cpu_s(pids: Iterable[int]) -> float:
    """CPU seconds (user and system) that these processes have used, with those of their children that have ended."""
    return sum(sum(map(int, fields[11:15])) for pid in pids if (fields := _stat(pid))) / TICK


def pss_mb(pids: Iterable[int]) -> float:
    """Memory in MB (10^6 bytes): own pages, and the share of those that several processes hold together."""
    return sum(_pss_kb(pid) for pid in pids) * 1024 / 1e6


def name(pid: int) -> str:
    """The command of a process, short."""
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()


def listeners(port: int, pids: Iterable[int]) -> set[int]:
    """Those of the processes that hold the listening socket of a port: the web processes, and no job workers."""
    wanted = {f"socket:[{inode}]" for inode in _inodes(port)}
    return {pid for pid in pids if wanted & _sockets(pid)}


def parent(pid: int) -> int:
    """The parent's id; 0 if the process is gone."""
    fields = _stat(pid)
    return int(fields[1]) if fields else 0


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the third on; [] if the process is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _pss_kb(pid: int) -> int:
    """The proportional share of one process."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def _inodes(port: int) -> set[str]:
    """Listening TCP sockets of a port."""
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:] if Path(table).exists() else ():
            fields = line.split()
            if fields[3] == LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                found.add(fields[9])
    return found


def _sockets(pid: int) -> set[str]:
    """What the descriptors of a process lead to."""
    found = set()
    try:
        for file in Path(f"/proc/{pid}/fd").iterdir():
            found.add(str(file.readlink()))
    except OSError:
        pass  # it ended meanwhile
    return found
