"""Secrets that ended up in klankbord.yaml: found by key or by form, refused without being shown."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

from pydantic import BaseModel

from listener.errors import SettingsError
from listener.settings.accepted import place_in
from listener.settings.secrets import FILE_NAME, KNOWN, nearest_name
from listener.settings.yaml_lines import Scalar, YamlLines, dotted

_KEY = re.compile(
    r"(token|secret|passw|passphrase|wachtwoord|credential|private_?key|api_?key|access_?key|client_id|webhook)", re.IGNORECASE
)
_FORMS = (
    (re.compile(r"discord(?:app)?\.com/api/(?:v\d+/)?webhooks/\d+/", re.IGNORECASE), "discord_webhook"),
    (re.compile(r"hooks\.slack\.com/services/", re.IGNORECASE), ""),
    (re.compile(r"^[a-z][a-z0-9+.-]*://[^/\s:@]+:[^/\s@]+@", re.IGNORECASE), ""),
    (re.compile(r"^(?:gh[pousr]_|github_pat_|glpat-|xox[abpors]-|sk-|hf_|AKIA|Bearer )\S{8,}"), ""),
    (re.compile(r"^eyJ[\w-]+\.[\w-]+\.[\w-]*$"), ""),
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"), ""),
    (re.compile(r"^[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}$"), "discord_bot_token"),
)
_RUN = re.compile(r"[A-Za-z0-9]{24,}")


def refuse_secrets(lines: YamlLines, schema: type[BaseModel], *, file: Path) -> None:
    """Raise `SettingsError` for the first value that looks like a secret. Switches (true, false, numbers) never do."""
    for one in lines.scalars():
        name = _name_for(one, schema)
        if name:
            raise SettingsError(
                f"{file}, line {one.line}: {dotted(one.path)} looks like a secret, and secrets do not belong in this file. "
                f"{_instead(name, file)}; then take it out here, and renew it if others saw this file"
            )


def _instead(name: str, file: Path) -> str:
    if name in KNOWN:
        return f"Set the environment variable {name}, or write {name}=… into {file.parent / FILE_NAME} (chmod 600)"
    return f"Klankbord takes these secrets, by environment or in {file.parent / FILE_NAME} (chmod 600): {', '.join(KNOWN)}"


def _name_for(one: Scalar, schema: type[BaseModel]) -> str:
    if one.text.strip().lower() in {"", "true", "false", "yes", "no", "on", "off", "null", "~"}:
        return ""
    for form, name in _FORMS:
        if form.search(one.text):
            return nearest_name(name or _last_key(one))
    if _KEY.search(_last_key(one)) and not _is_setting(one, schema):
        return nearest_name(_owner(one) + _last_key(one))
    return nearest_name(_last_key(one)) if any(_random(run) for run in _RUN.findall(one.text)) else ""


def _last_key(one: Scalar) -> str:
    return next((step for step in reversed(one.path) if isinstance(step, str)), "secret")


def _owner(one: Scalar) -> str:
    """A key of a source most often means Reddit's, the one source that has keys; elsewhere the section names the owner."""
    keys = [step for step in one.path if isinstance(step, str)]
    return "reddit_" if keys[0] == "sources" and "reddit" not in keys[-1] else ""


def _is_setting(one: Scalar, schema: type[BaseModel]) -> bool:
    return place_in(schema, one.path)[1] is not None


def _random(run: str) -> bool:
    """A run of 24 letters and digits in mixed order is no word of any language and no name of a model."""
    changes = sum(_class(a) != _class(b) for a, b in pairwise(run))
    return any(c.isdigit() for c in run) and any(c.isalpha() for c in run) and changes >= len(run) / 4


def _class(character: str) -> int:
    return 0 if character.isdigit() else 1 if character.islower() else 2
