"""A real IMAP server (Dovecot) on this machine, with a mailbox made by first sign-in; it runs without anybody's rights."""

from __future__ import annotations

import getpass
import grp
import imaplib
import os
import pwd
import shutil
import ssl
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.servers.mailbox import certificate
from tests.servers.processes import free_port, running

PASSWORD = 'kb-imap "password" \\77'
START_SECONDS = 30.0
_PROGRAM = next((found for place in (None, "/usr/sbin") if (found := shutil.which("dovecot", path=place))), "")
_CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = /dev/stderr
auth_verbose = yes
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{folder}/certificate.pem
ssl_key = <{folder}/key.pem
disable_plaintext_auth = no
auth_username_chars =
auth_failure_delay = 0
mail_location = maildir:{folder}/mail/%u
mailbox_list_index = no
mail_fsync = never
first_valid_uid = 1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service stats {{
  chroot =
}}
passdb {{
  driver = static
  args = password={{PLAIN.b64}}{password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/home/%u
}}
"""


def missing() -> str:
    """Return what is not installed, "" when all is there."""
    return "" if _PROGRAM and shutil.which("openssl") else "Dovecot and openssl are not installed"


@dataclass
class Dovecot:
    """The server. `trusted` is a client's side that knows its certificate."""

    port: int
    tls_port: int
    trusted: ssl.SSLContext

    @contextmanager
    def owner(self, name: str) -> Iterator[imaplib.IMAP4]:
        """Give a connection of the mailbox's own user, who may change it."""
        connection = imaplib.IMAP4("127.0.0.1", self.port, 20)
        try:
            connection.login(f'"{name}"', PASSWORD)
            connection.select("INBOX")
            yield connection
        finally:
            connection.logout()

    def append(self, name: str, *mails: bytes, at: datetime | None = None) -> None:
        """Put mails into somebody's inbox, as if they had just arrived, or at a moment."""
        with self.owner(name) as connection:
            for mail in mails:
                arrived = imaplib.Time2Internaldate(at) if at is not None else None
                kind, said = connection.append("INBOX", "", arrived, mail.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
                assert kind == "OK", said

    def flags(self, name: str) -> list[bytes]:
        """Return the flags of every mail in somebody's inbox."""
        with self.owner(name) as connection:
            return [one for one in connection.fetch("1:*", "(FLAGS)")[1] if isinstance(one, bytes)]


def _whoever() -> tuple[str, str]:
    """Return the user and group it runs as: ours, or Dovecot's own when we are root, whose mail Dovecot does not read."""
    if os.geteuid() != 0:
        return getpass.getuser(), grp.getgrgid(os.getegid()).gr_name
    own = pwd.getpwnam("dovecot")
    return own.pw_name, grp.getgrgid(own.pw_gid).gr_name


@contextmanager
def serving() -> Iterator[Dovecot]:
    """Start the server in a folder of its own (pytest's are closed to other users); every name may sign in with `PASSWORD`."""
    with TemporaryDirectory(prefix="klankbord-imap-") as made, _served(Path(made)) as server:
        yield server


@contextmanager
def _served(folder: Path) -> Iterator[Dovecot]:
    user, group = _whoever()
    _, trusted = certificate(folder)
    port, tls_port = free_port(), free_port()
    settings = folder / "dovecot.conf"
    password = b64encode(PASSWORD.encode()).decode()
    settings.write_text(_CONFIG.format(folder=folder, user=user, group=group, port=port, tls_port=tls_port, password=password))
    for one in (folder, *folder.iterdir()):
        shutil.chown(one, user, group)
    as_user = user if os.geteuid() == 0 else None
    command: list[str | Path] = [_PROGRAM, "-F", "-c", settings]
    with running(command, folder=folder, ready=lambda said: "starting up" in said, seconds=START_SECONDS, user=as_user):
        yield Dovecot(port=port, tls_port=tls_port, trusted=trusted)
