"""Tokens and keys: from the environment or from a private file in the home, never from klankbord.yaml and never printed."""

from __future__ import annotations

import difflib
import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path

from listener.errors import SettingsError

PREFIX = "KLANKBORD_"
FILE_NAME = "secrets.env"
REDACTED = "•••"

KNOWN: Mapping[str, str] = {
    "KLANKBORD_REDDIT_CLIENT_ID": "Client id of the Reddit application that reads.",
    "KLANKBORD_REDDIT_CLIENT_SECRET": "Its secret.",
    "KLANKBORD_REPHRASE_KEY": "Key of the language model that may rephrase titles, if it wants one.",
    "KLANKBORD_OIDC_CLIENT_SECRET": "Secret of the client under which colleagues sign in elsewhere (web.oidc).",
    "KLANKBORD_DISCORD_WEBHOOK": "Address of the Discord webhook that receives the digest; the address itself is the key.",
    "KLANKBORD_DELIVERY_MAIL_PASSWORD": "Password at the mail server by which digests leave (mail.host).",
    "KLANKBORD_DISCORD_BOT_TOKEN": "Token of the Discord bot that your team works with (bot); another one than that of a bot that posts.",
}

ACCOUNT_KINDS: Mapping[str, Mapping[str, str]] = {
    "REDDIT": {
        "WRITE_CLIENT_ID": "Client id of the Reddit application that posts; another one than that which reads.",
        "WRITE_CLIENT_SECRET": "Its secret.",
        "WRITE_PASSWORD": "Password of the account that posts, for an application of the kind 'script'.",
        "WRITE_REFRESH_TOKEN": "Refresh token of the account that posts, instead of its password.",
    },
    "X": {
        "WRITE_CONSUMER_KEY": "API key of the X application that posts.",
        "WRITE_CONSUMER_SECRET": "Its secret.",
        "WRITE_ACCESS_TOKEN": "Access token of the account that posts.",
        "WRITE_ACCESS_TOKEN_SECRET": "Its secret.",
        "WRITE_USER_TOKEN": "OAuth 2 user token, instead of the four above.",
    },
    "DISCORD": {"WRITE_BOT_TOKEN": "Token of the bot that posts."},
    "MASTODON": {"WRITE_TOKEN": "Access token with read and write:statuses."},
    "BLUESKY": {"WRITE_APP_PASSWORD": "App password of the account that posts."},
    "MATRIX": {"WRITE_TOKEN": "Access token of the account that posts."},
    "DISCOURSE": {"WRITE_API_KEY": "API key for the one user that posts."},
    "MAIL": {"WRITE_PASSWORD": "Password of the mailbox that sends."},
    "WEBHOOK": {"WRITE_SECRET": "Secret that signs what is sent to the receiver."},
}
"""Secrets of accounts that post, by platform. Each may also be named for one account: KLANKBORD_<PLATFORM>_<NAME>_<KIND>."""
SOURCE_KINDS: Mapping[str, Mapping[str, str]] = {
    "META": {
        "APP_SECRET": "Secret of the Meta app: proves what Meta sends, and our own requests.",
        "VERIFY_TOKEN": "Words you chose and typed at Meta, by which it checks our address.",
        "ACCESS_TOKEN": "Access token of a page, an Instagram or a Threads account, for catching up.",
    },
    "DISCOURSE": {
        "WEBHOOK_SECRET": "Secret of a forum's webhook.",
        "READ_API_KEY": "API key that reads a forum, for the one user named in account.",
    },
    "REDDIT": {
        "READ_REFRESH_TOKEN": "Refresh token of the account whose inbox is read; scopes identity read privatemessages, none of moderators.",
        "MOD_CLIENT_ID": "Client id of the Reddit application that moderates; another one than those which read and post.",
        "MOD_CLIENT_SECRET": "Its secret.",
        "MOD_REFRESH_TOKEN": "Refresh token of a moderator, with the scopes identity, read and modposts.",
    },
    "X": {"READ_BEARER_TOKEN": "Bearer token of the X application that reads; another one than that which posts."},
    "STACKEXCHANGE": {"READ_KEY": "Key of a Stack Exchange application: 10,000 requests a day instead of 300."},
    "YOUTUBE": {"READ_API_KEY": "Key for the YouTube Data API v3."},
    "WEBHOOK": {"INCOMING": "Secret by which a system of your own signs what it sends us."},
    "MASTODON": {"READ_TOKEN": "Access token of the account that reads at a Mastodon server, with the scope read."},
    "BLUESKY": {"READ_APP_PASSWORD": "App password of the account that reads; another one than that which posts."},
    "MATRIX": {"READ_TOKEN": "Access token of the account that reads in its rooms."},
    "IMAP": {"PASSWORD": "Password of the mailbox that is read."},
    "DISCORD": {"READ_BOT_TOKEN": "Token of the bot that reads channels; without one it is the bot that your team works with."},
}
"""Secrets of sources, by platform. Each may also be named for one source by its id: KLANKBORD_<PLATFORM>_<ID>_<KIND>."""
_NAMED_AFTER = (*ACCOUNT_KINDS.items(), *SOURCE_KINDS.items())
KNOWN = {**KNOWN, **{f"{PREFIX}{platform}_{kind}": says for platform, kinds in _NAMED_AFTER for kind, says in kinds.items()}}

_OF_ACCOUNT = re.compile(
    "|".join(f"{PREFIX}{platform}_[A-Z0-9_]+_(?:{'|'.join(kinds)})" for platform, kinds in _NAMED_AFTER)
    + f"|{PREFIX}DELIVERY_[A-Z0-9_]+_(?:URL|SECRET)"
)
"""Secrets that are named after an account that posts, a source, or a channel of the house."""
_LINE = re.compile(r"^\s*(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)\s*=\s*(?P<value>.*?)\s*$")


class Secret(str):
    """A string that does not show itself: `repr` (logs with %r, tracebacks, dumps of objects) gives dots.

    It is a `str`, so that client libraries take it as it is; writing it into a text with `str` or an f-string shows it,
    so no text of ours does that.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"Secret({REDACTED!r})"

    def __reduce__(self) -> tuple[type[Secret], tuple[str]]:
        raise TypeError("a secret is not written anywhere")


class Secrets:
    """The secrets of one home: the environment first, then `secrets.env` in the home.

    The file is read when first needed and again after it changed, so a token can be replaced without a restart.
    """

    def __init__(self, home: Path, *, environment: Mapping[str, str] | None = None) -> None:
        self._file = home / FILE_NAME
        self._environment = os.environ if environment is None else environment
        self._read_at: tuple[int, int, int] | None = None
        self._from_file: dict[str, Secret] = {}

    @property
    def file(self) -> Path:
        """Where secrets may be kept; need not exist."""
        return self._file

    def get(self, name: str) -> Secret | None:
        """Return a secret by its full name (KLANKBORD_…) or the part behind the prefix; `None` when it is not set or empty.

        Raises `SettingsError` when the file can be read by others, is somebody else's, or has a broken line.
        """
        full = full_name(name)
        value = self._environment.get(full, "").strip()
        return Secret(value) if value else self._file_values().get(full)

    def unknown_names(self) -> tuple[str, ...]:
        """Return names in the file that no part of Klankbord asks for: most often a slip of the pen."""
        return tuple(sorted(name for name in set(self._file_values()) - set(KNOWN) if not _OF_ACCOUNT.fullmatch(name)))

    def redact(self, text: str) -> str:
        """Return `text` with every secret that is set here replaced by dots."""
        named = {*KNOWN, *(name for name in self._environment if _OF_ACCOUNT.fullmatch(name))}
        values = {*self._file_values().values(), *(value for name in named if (value := self.get(name)))}
        for value in sorted(values, key=len, reverse=True):
            text = text.replace(value, REDACTED)
        return text

    def _file_values(self) -> Mapping[str, Secret]:
        try:
            # opened once: the very file whose mode is checked is the one that is read
            with self._file.open(encoding="utf-8") as opened:
                facts = os.fstat(opened.fileno())
                self._refuse_loose(facts)
                version = (facts.st_ino, facts.st_mtime_ns, facts.st_size)
                if version != self._read_at:
                    self._from_file, self._read_at = self._parse(opened.read()), version
        except FileNotFoundError:
            self._from_file, self._read_at = {}, None
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{self._file} cannot be read ({type(error).__name__}); save it as UTF-8 text, mode 0600") from error
        return self._from_file

    def _refuse_loose(self, facts: os.stat_result) -> None:
        if not stat.S_ISREG(facts.st_mode):
            raise SettingsError(f"{self._file} is not a file; write lines such as {PREFIX}REDDIT_CLIENT_ID=… into a file of that name")
        if facts.st_uid != os.geteuid():
            raise SettingsError(f"{self._file} belongs to another user; run: chown {os.geteuid()} {self._file}")
        if facts.st_mode & 0o077:
            raise SettingsError(f"{self._file} can be read by others; run: chmod 600 {self._file}")

    def _parse(self, text: str) -> dict[str, Secret]:
        values: dict[str, Secret] = {}
        for number, line in enumerate(text.splitlines(), start=1):
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            found = _LINE.match(line)
            if found is None or not found["name"].startswith(PREFIX):
                raise SettingsError(f"{self._file}, line {number}: write NAME=value with a name that starts with {PREFIX}")
            value = found["value"]
            if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
                value = value[1:-1]
            if found["name"] in values:
                raise SettingsError(f"{self._file}, line {number}: {found['name']} stands there twice; keep one")
            if value:
                values[found["name"]] = Secret(value)
        return values


def full_name(name: str) -> str:
    """Return the environment variable's name: `reddit_client_id` → `KLANKBORD_REDDIT_CLIENT_ID`."""
    upper = re.sub(r"[^A-Z0-9]+", "_", name.upper()).strip("_")
    return upper if upper.startswith(PREFIX) else PREFIX + upper


def account_secret_names(platform: str, name: str, kind: str) -> tuple[str, str]:
    """Return the two names the secret of a posting account or a source may have: its own one, then the one for all of the platform."""
    return full_name(f"{PREFIX}{platform}_{name}_{kind}"), full_name(f"{PREFIX}{platform}_{kind}")


def channel_secret_names(name: str) -> tuple[str, str]:
    """Return the names of a channel's address and of the secret that signs what is sent there."""
    return full_name(f"{PREFIX}DELIVERY_{name}_URL"), full_name(f"{PREFIX}DELIVERY_{name}_SECRET")


def known_names() -> tuple[str, ...]:
    """Return the name of every secret that some part of Klankbord asks for."""
    return tuple(KNOWN)


def nearest_name(name: str) -> str:
    """Return the known secret whose name is most like `name`, or its own full name when none is."""
    full = full_name(name)
    return next(iter(difflib.get_close_matches(full, KNOWN, n=1, cutoff=0.75)), full)
