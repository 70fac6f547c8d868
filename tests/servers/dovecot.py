"""A Dovecot of the test run's own: IMAP and POP3, plain, with STARTTLS and with TLS, on free ports.

Every name is a user, at first without mail. It signs in whoever gives the one password, or a token (XOAUTH2) that `token_for` has signed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from tests.servers.shared import Started, end, shared_server
from tests.servers.smtp import self_signed

PASSWORD = "open-sesame"
KEY = b"a key that the provider and the mail server share"
LISTENERS = ("imap", "imaps", "pop3", "pop3s")
CONFIG = """
protocols = imap pop3
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
default_internal_user = {internal}
default_internal_group = {group}
default_login_user = {login}
{alone}
ssl = yes
ssl_cert = <{folder}/server.pem
ssl_key = <{folder}/server.pem
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2
auth_failure_delay = 0


auth_cache_size = 0
first_valid_uid = 1
mail_location = maildir:~/Maildir
mail_fsync = never
mail_max_userip_connections = 100
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/oauth2.conf
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={owner} gid={owner_group} home={folder}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
mail_plugins = acl
plugin {{
  acl = vfile
}}
protocol imap {{
  rawlog_dir = %h/rawlog
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service pop3-login {{
  chroot =
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = {pop3s}
    ssl = yes
  }}
}}
"""
OAUTH2 = """
introspection_mode = local
local_validation_key_dict = fs:posix:prefix={folder}/keys/
username_attribute = sub
"""


@dataclass(frozen=True)
class Dovecot:
    """The server: `folder` holds all of it, `certificate` is what to trust, `ports` are by name of the listener ("imap", "pop3s" …)."""

    folder: Path
    ports: dict[str, int]
    host: str = "localhost"

    @property
    def certificate(self) -> Path:
        """The file to trust."""
        return self.folder / "server.pem"

    def home(self, user: str) -> Path:
        """Where a user's mail lies."""
        return self.folder / "mail" / user

    def deliver(self, user: str, *mails: bytes, folder: str = "") -> None:
        """Put mails into a folder as a delivery agent does: whole, in this order."""
        maildir = self.home(user) / "Maildir" / (f".{folder}" if folder else "")
        for name in ("new", "cur", "tmp"):
            (maildir / name).mkdir(parents=True, exist_ok=True)
        for mail in mails:
            name = f"{time.time_ns()}.{uuid4().hex}.localhost"
            (maildir / "tmp" / name).write_bytes(mail)
            (maildir / "tmp" / name).rename(maildir / "new" / name)
        self.own(self.home(user))

    def spoil(self, user: str, words: bytes) -> None:
        """Let the server be unable to read the message with these words."""
        for file in (self.home(user) / "Maildir").glob("*/*"):
            if file.is_file() and words in file.read_bytes():
                file.chmod(0)

    def own(self, place: Path) -> None:
        """Let the server write there, where it runs as another user."""
        if os.geteuid() == 0:
            owner, group = owner_of_mail()
            subprocess.run(["chown", "-R", f"{owner}:{group}", str(place)], check=True)

    def record(self, user: str) -> None:
        """Keep what clients of this user say from their next sign-in on: see `said`."""
        place = self.home(user) / "rawlog"
        place.mkdir(parents=True, exist_ok=True)
        self.own(self.home(user))

    def said(self, user: str) -> list[str]:
        """The commands of all recorded connections, without their tags, in order."""
        files = sorted((self.home(user) / "rawlog").glob("*.in"))
        lines = [line for file in files for line in file.read_text(errors="replace").splitlines()]
        return [line.split(" ", 2)[-1] if line[:1].isdigit() else line for line in lines]

    def doveadm(self, *words: str) -> str:
        """Run a command of the server's administrator."""
        done = subprocess.run(
            ["doveadm", "-c", str(self.folder / "dovecot.conf"), *words],
            capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def number_anew(self, user: str, folder: str = "INBOX") -> None:
        """Give the folder another UIDVALIDITY and its messages other UIDs, as a server does that was restored from a backup."""
        maildir = self.home(user) / "Maildir" / ("" if folder == "INBOX" else f".{folder}")
        validity = int(self.doveadm("mailbox", "status", "-u", user, "uidvalidity", folder).rpartition("=")[2])
        for name in (
            "dovecot-uidlist",
            "dovecot.index",
            "dovecot.index.log",
            "dovecot.index.cache",
            "dovecot.list.index",
        ):
            (maildir / name).unlink(missing_ok=True)
        (maildir / "dovecot-uidvalidity").unlink(missing_ok=True)
        self.doveadm("mailbox", "update", "-u", user, "--uid-validity", str(validity + 17), folder)

    def forbid(self, user: str, folder: str) -> None:
        """Keep anything from being put into a folder."""
        self.deliver(user, folder=folder)
        (self.home(user) / "Maildir" / f".{folder}" / "dovecot-acl").write_text("owner lr\n")
        self.own(self.home(user))

    def allow(self, user: str, folder: str) -> None:
        """Let things be put there again."""
        (self.home(user) / "Maildir" / f".{folder}" / "dovecot-acl").unlink()

    def pid(self) -> int:
        """The master process."""
        return int((self.folder / "run" / "master.pid").read_text())

    def stop(self) -> None:
        """End it at once, in the middle of whatever it is doing."""
        master = self.pid()
        served = [int(pid) for pid in Path(f"/proc/{master}/task/{master}/children").read_text().split()]
        end(Started(master, signal.SIGKILL, str(self.folder)))
        for pid in served:
            end(Started(pid, signal.SIGKILL, str(self.folder)))
        (self.folder / "run" / "master.pid").unlink()

    def start(self) -> None:
        """Start it again."""
        run(self.folder, self.ports)


@pytest.fixture
def dovecot(monkeypatch: pytest.MonkeyPatch) -> Dovecot:
    """The run's server, whose certificate is trusted during the test. Take a user name of your own: `new_user()`."""
    found = _at(Path(dovecot_server().where))
    monkeypatch.setenv("SSL_CERT_FILE", str(found.certificate))
    return found


@pytest.fixture
def own_dovecot(short_folder: Path) -> Iterator[Dovecot]:
    """A server that this test may stop and start."""
    _skip_without()
    start(short_folder)
    found = _at(short_folder)
    yield found
    if (short_folder / "run" / "master.pid").exists():
        found.stop()


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder whose path leaves room for the name of a unix socket."""
    place = Path(tempfile.mkdtemp(prefix="hd-", dir="/tmp"))
    yield place
    shutil.rmtree(place, ignore_errors=True)


def new_user() -> str:
    """A user whom nobody has used yet."""
    return f"user-{uuid4().hex[:12]}"


def dovecot_server() -> Started:
    """The run's server. Skips the test where Dovecot is not installed."""
    _skip_without()
    return shared_server("dovecot", start)


def _skip_without() -> None:
    for program, package in (("dovecot", "dovecot-imapd"), ("doveadm", "dovecot-imapd")):
        if shutil.which(program) is None and not Path("/usr/sbin", program).exists():
            pytest.skip(f"Dovecot is not installed: `apt-get install {package} dovecot-pop3d` brings it.")


def _at(folder: Path) -> Dovecot:
    return Dovecot(folder, json.loads((folder / "ports.json").read_text()))


def owner_of_mail() -> tuple[str, str]:
    """User and group of the mail folders: Dovecot refuses to touch mail as root."""
    if os.geteuid() != 0:
        return str(os.geteuid()), str(os.getegid())
    return "nobody", "nogroup"


def start(folder: Path) -> Started:
    """Configure a server and start it; returns when it listens."""
    folder.chmod(0o755)
    for name in ("mail", "keys/default/HS256", "state"):
        (folder / name).mkdir(parents=True)
    self_signed(folder / "server.pem")
    (folder / "keys/default/HS256/default").write_bytes(base64.b64encode(KEY))
    ports = dict(zip(LISTENERS, free_ports(len(LISTENERS)), strict=True))
    (folder / "ports.json").write_text(json.dumps(ports))
    (folder / "oauth2.conf").write_text(OAUTH2.format(folder=folder))
    is_root = os.geteuid() == 0
    myself = pwd.getpwuid(os.geteuid()).pw_name
    owner, group = owner_of_mail()
    values = {
        "folder": folder, "password": PASSWORD, "owner": owner, "owner_group": group,
        "internal": "dovecot" if is_root else myself, "group": "dovecot" if is_root else str(os.getegid()),
        "login": "dovenull" if is_root else myself, "alone": "",
    }  # fmt: skip
    (folder / "dovecot.conf").write_text(CONFIG.format(**values, **ports))
    if is_root:
        shutil.chown(folder / "mail", owner, group)
    return run(folder, ports)


def run(folder: Path, ports: dict[str, int]) -> Started:
    """Start a server that is configured; it leaves for the background by itself."""
    program = shutil.which("dovecot") or "/usr/sbin/dovecot"
    output = (folder / "start.out").open("wb")
    done = subprocess.run(
        [program, "-c", str(folder / "dovecot.conf")],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        check=False,
    )
    output.close()
    assert done.returncode == 0, (folder / "start.out").read_text()
    wait_until_up(ports["imap"])
    return Started(int((folder / "run" / "master.pid").read_text()), signal.SIGTERM, str(folder))


def wait_until_up(port: int, seconds: float = 10.0) -> None:
    """Poll until somebody greets on the port."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), 1) as wire:
                if wire.recv(10):
                    return
        except OSError:
            pass
        assert time.monotonic() < deadline, f"nobody listens on port {port}"
        time.sleep(0.02)


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on."""
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def token_for(user: str, seconds: int = 3600) -> str:
    """A token of the provider that this server trusts (RFC 7519), good for so long; a negative number makes one that has ended."""
    now = int(time.time())
    head = {"alg": "HS256", "typ": "JWT"}
    body = {"sub": user, "iat": now - 7200, "nbf": now - 7200, "exp": now + seconds}
    signed = b".".join(_packed(json.dumps(part).encode()) for part in (head, body))
    return (signed + b"." + _packed(hmac.new(KEY, signed, hashlib.sha256).digest())).decode()


def _packed(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
