"""Write the first klankbord.yaml of a home: private, with every setting explained, never over one that is there."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from listener.errors import SettingsError
from listener.settings.home import prepare_home
from listener.settings.load import read_settings, settings_file
from listener.settings.schema import ListenerSettings
from listener.settings.written import settings_text

PRIVATE = 0o600


def write_first_settings(home: Path, schema: type[ListenerSettings], values: Mapping[str, Any], *, force: bool, at: datetime) -> Path:
    """Write `values` into the home's settings file and return its path.

    With `force`, a file that is there is kept beside the backups with `at` in its name. Raises `SettingsError` when one is there
    and `force` is false, or when the values are no valid settings; nothing is written then.
    """
    file = settings_file(home)
    if file.exists() and not force:
        raise SettingsError(f"{file} is there already; edit it, or start anew with --force (the old one is kept in {home / 'backups'})")
    text = settings_text(schema, values)
    read_settings(text, schema, file=file)
    prepare_home(home)
    # written beside it, complete and on disk, before it takes the name: a crash leaves the old file or the new one
    handle, beside = tempfile.mkstemp(dir=home, prefix=".klankbord-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as opened:
            os.fchmod(opened.fileno(), PRIVATE)
            opened.write(text)
            opened.flush()
            os.fsync(opened.fileno())
        if file.exists():
            file.rename(home / "backups" / f"klankbord-{at:%Y%m%dT%H%M%SZ}.yaml")
        Path(beside).rename(file)
    except OSError as error:
        Path(beside).unlink(missing_ok=True)
        raise SettingsError(f"cannot write {file}: {error.strerror}. Free space or choose another folder with --home") from error
    return file
