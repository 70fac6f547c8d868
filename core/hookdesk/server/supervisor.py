"""`hookdesk serve`: one small process that keeps others running: Valkey, the master of the web and job workers, and what plugins name."""

from __future__ import annotations

import fcntl
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from time import monotonic
from typing import IO

from hookdesk import __version__
from hookdesk.config import Config
from hookdesk.server import companions, valkey
from hookdesk.server.children import Child
from hookdesk.server.listening import CannotListen, listen

STOP_S = 35.0
"""How long children may take to end: a little more than the web processes give their last requests."""
LOOK_S = 0.05
NOT_READY_STATUS = 78
"""EX_CONFIG of sysexits.h: the web process could not prepare the instance, and said why."""
HEAP = {"MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": str(1024 * 1024)}
"""One heap for all threads of a process: with glibc's heap for each, a web process keeps 30 MB more of what pages needed once, and Python's
lock lets only one thread work at a time anyway. What is larger than 1 MB goes back to the system when it is free: glibc would learn from
the 19 MB behind each checked password to keep such blocks, 12 MB more a web process."""
_SIGNALS = {signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP}


def ready_file(config: Config) -> Path:
    """Touched by each web worker that has started."""
    return config.instance / "run" / "web.ready"


def say(line: str) -> None:
    """A line of progress."""
    print(line, flush=True)


class Supervisor:
    """The processes of one instance on this machine."""

    def __init__(self, config: Config) -> None:
        """Nothing runs yet."""
        self.config = config
        self.started_at = monotonic()
        self.is_ready = False
        self.valkey: Child | None = None
        self.site: Child | None = None
        self.companions: dict[str, Child] = {}
        self.leaving: list[Child] = []

    def run(self) -> int:
        """Run until told to stop; the exit status.

        Raises:
            CannotListen: the port cannot be had, or the instance is served already.
            ConfigError: the configuration is wrong.
        """
        config = self.config
        (config.instance / "run" / "wake").mkdir(mode=0o700, parents=True, exist_ok=True)
        with _locked(config), listen(config.bind) as listener:
            ready_file(config).unlink(missing_ok=True)
            companions.file(config).unlink(missing_ok=True)  # of the last time; plugins may have been switched since
            signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
            say(f"Hookdesk {__version__}, instance {config.instance}")
            self._add_valkey()
            mine = {**_environment(config), "HOOKDESK_LISTENER": str(listener.fileno())}
            self.site = Child(
                "site", lambda: [sys.executable, "-P", "-m", "hookdesk.server.web"], mine, (listener.fileno(),)
            )
            try:
                return self._supervise()
            finally:
                listener.close()  # who connects from now on is refused rather than left waiting
                self.stop()

    def _add_valkey(self) -> None:
        """The embedded server, unless another one is configured or there is none to be had."""
        if self.config.redis_url:
            return
        try:
            command = valkey.command(self.config)
        except valkey.NoServer as reason:
            say(f"· queue: none, for {reason}; jobs look into the database each second instead")
            return
        self.valkey = Child("queue", lambda: command, os.environ)

    def _children(self) -> list[Child]:
        """The processes to keep running."""
        return [child for child in (self.valkey, self.site) if child is not None] + [*self.companions.values()]

    def _follow(self) -> None:
        """Add what plugins want to run by now, and end what they want no more."""
        wanted = companions.named(self.config)
        for command in wanted - self.companions.keys():
            say(f"· {command}: kept running beside the site")
            self.companions[command] = companions.child(command, {**_environment(self.config)})
        for command in self.companions.keys() - wanted:
            say(f"· {command}: ended, for no plugin wants it any more")
            self.leaving.append(self.companions.pop(command))
            self.leaving[-1].signal(signal.SIGTERM)
        self.leaving = [child for child in self.leaving if not child.wait(0)]

    def _supervise(self) -> int:
        """Start what is due and notice what ended, until a signal says stop."""
        while (status := self.turn()) is None:
            self._report()
        return status

    def turn(self) -> int | None:
        """One round of the loop: a second, or less if something happens; the exit status if it was the last."""
        self._follow()
        for child in self._children():
            if child.is_due():
                child.start()
        received = signal.sigtimedwait(_SIGNALS, 1.0 if self.is_ready else LOOK_S)
        if received is not None and received.si_signo != signal.SIGCHLD:
            return 0
        for child in self._children():
            status = child.has_ended()
            if status is not None and self._ended(child, status):
                return 1
        return None

    def _ended(self, child: Child, status: int) -> bool:
        """A child has ended: say so, unless that is normal. True if there is no point in going on."""
        if child is self.site and status == NOT_READY_STATUS:
            return True
        if child is self.valkey and child.failures >= 2 and status > 0 and not valkey.answers(self.config):
            valkey.set_aside(self.config)
            say("· queue: its data could not be read and was set aside as valkey.unreadable; nothing is lost by that")
        else:
            how = f"signal {signal.Signals(-status).name}" if status < 0 else f"status {status}"
            say(f"· {child.name}: ended with {how}; started again in {max(child.due_at - monotonic(), 0):.1f} s")
        return False

    def _report(self) -> None:
        """Say it once when the first page can be had."""
        if self.is_ready or not ready_file(self.config).exists():
            return
        self.is_ready = True
        say(f"· queue: {self._queue()}")
        say(f"· web: {self.config.web_workers} processes with {self.config.web_threads} threads each")
        say(f"· jobs: {self.config.job_workers} worker{'s' if self.config.job_workers != 1 else ''}")
        say(f"Ready at {self.config.base_url} after {monotonic() - self.started_at:.1f} s. Ctrl-C ends it.")

    def _queue(self) -> str:
        """What carries wake-ups."""
        if self.config.redis_url:
            return "the configured Redis"
        if self.valkey is None:
            return "none"
        return Path(self.valkey.command()[0]).name + (
            " of its own" if valkey.answers(self.config) else ", which does not answer yet"
        )

    def stop(self) -> None:
        """End the children: pages, jobs and companions may finish what they are at, then the queue. A second signal ends them at once."""
        say("Stopping.")
        ending = [child for child in (self.site, *self.companions.values(), *self.leaving) if child is not None]
        for child in ending:
            child.signal(signal.SIGTERM)
        until = monotonic() + STOP_S
        while not all(child.wait(0.05) for child in ending) and monotonic() < until:
            received = signal.sigtimedwait(_SIGNALS, 0.0)
            if received is not None and received.si_signo != signal.SIGCHLD:
                break
        for child in ending:
            child.kill_group()
        if self.valkey is not None:
            self.valkey.signal(signal.SIGTERM)
            if not self.valkey.wait(5.0):
                self.valkey.kill_group()


def _locked(config: Config) -> IO[str]:
    """A lock that only one supervisor of an instance holds; it is free when its process ends.

    Raises:
        CannotListen: another one holds it.
    """
    file = (config.instance / "run" / "serve.lock").open("a+", encoding="ascii")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.seek(0)
        number = file.read().strip()
        file.close()
        raise CannotListen(
            f"The instance {config.instance} is being served already, by process {number}. End that one first, or set HOOKDESK_INSTANCE."
        ) from None
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()
    return file


def _environment(config: Config) -> Mapping[str, str]:
    """This process's environment, with what the command line has changed; `HEAP` holds unless stated otherwise."""
    stated = {
        "instance": config.instance,
        "bind": config.bind,
        "web_workers": config.web_workers,
        "base_url": config.base_url,
    }
    return {
        **HEAP,
        **os.environ,
        **{f"HOOKDESK_{name.upper()}": str(value) for name, value in stated.items()},
    }
