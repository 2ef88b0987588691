"""Write another sentence model into klankbord.yaml without touching anybody's comments."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from listener.errors import SettingsError


def choose_model(settings_file: Path, name: str) -> str:
    """Set `model.name` and return a sentence that says what follows.

    Raises `SettingsError` when there is no settings file, or when it is written in a way that this cannot change; it stays as it was then.
    """
    if not settings_file.is_file():
        raise SettingsError(f"{settings_file} does not exist yet; run `klankbord init` first.")
    before = settings_file.read_text(encoding="utf-8")
    after = with_model(before, name)
    if not _says(after, name):
        raise SettingsError(f"{settings_file}: could not set model.name; write `model: {{name: {name}}}` there yourself.")
    settings_file.write_text(after, encoding="utf-8")
    return (
        f"{settings_file} now uses {name!r}. From the next start on texts are encoded again beside other work; "
        "the model before serves until that is done, and `klankbord model` shows how far it is."
    )


def _says(text: str, name: str) -> bool:
    try:
        model = (yaml.safe_load(text) or {}).get("model")
    except (yaml.YAMLError, AttributeError):  # not YAML, or no settings at all
        return False
    return isinstance(model, dict) and model.get("name") == name


def with_model(text: str, name: str) -> str:
    """Return the YAML text with `model.name` set: replaced where it stands, added to the section, or added at the end.

    A section that stands on one line is left as it is.
    """
    if re.search(r"^model[ \t]*:[ \t]*[^\s#]", text, re.MULTILINE):
        return text  # written on one line, such as {name: bundled}: a second section would stand beside it
    if not text.endswith("\n"):
        text += "\n"
    value = yaml.safe_dump(name, default_flow_style=True).removesuffix("\n...\n").strip()
    section = re.search(r"^model:[ \t]*(#.*)?\n((?:[ \t]+.*\n|[ \t]*\n|[ \t]*#.*\n)*)", text, re.MULTILINE)
    if section is None:
        return f"{text.rstrip()}\n\nmodel:\n  name: {value}\n"
    body, found = re.subn(r"^([ \t]+)name:.*$", lambda m: f"{m[1]}name: {value}", section[2], count=1, flags=re.MULTILINE)
    if not found:
        body = f"  name: {value}\n{section[2]}"
    return text[: section.start(2)] + body + text[section.end(2) :]
