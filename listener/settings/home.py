"""Where everything of one Klankbord lives: klankbord.yaml, ledger.db, insight.duckdb, models/, backups/."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_data_path

from listener.errors import InputError, SettingsError

HOME_VARIABLE = "KLANKBORD_HOME"
SETTINGS_NAME = "klankbord.yaml"
PRIVATE_FOLDER = 0o700
FOLDERS = ("models", "backups")


def home_folder(option: str | None) -> Path:
    """Return the home folder, absolute: `option` (--home), else KLANKBORD_HOME, else the platform's user data folder.

    Nothing is made yet; see `prepare_home`. Raises `SettingsError` when the place is a file, or its name is no text
    (what DuckDB opens has to be).
    """
    named = option or os.environ.get(HOME_VARIABLE)
    home = Path(named).expanduser().absolute() if named else user_data_path("klankbord", appauthor=False)
    if any("\ud800" <= sign <= "\udfff" for sign in str(home)):
        raise SettingsError(f"the name of the home folder is not UTF-8 text. {OTHER_HOME}")
    if home.exists() and not home.is_dir():
        where = "--home" if option else HOME_VARIABLE
        raise SettingsError(f"{home} is a file; give {where} a folder, such as {home.parent / 'klankbord'}")
    return home


def existing_home(home: Path) -> Path:
    """Return `home` where somebody made one. Raises `InputError` otherwise: a slip of the pen must neither make a home nor say that
    nothing is kept of somebody.
    """
    if not home.is_dir():
        raise InputError(f"There is no home at {home}. `klankbord init` makes one there; --home or {HOME_VARIABLE} names another.")
    return home


def prepare_home(home: Path) -> None:
    """Make the home and its folders where missing, for this user only. Safe to repeat.

    Files that this process makes from now on are private too (umask): they hold what customers wrote. The mode of a
    folder that was already there is left alone, as it may be somebody's own choice; `klankbord doctor` speaks of it.
    Raises `SettingsError` when the home cannot be made or written.
    """
    os.umask(0o077)
    try:
        for folder in (home, *(home / name for name in FOLDERS)):
            folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"cannot make the home folder {home}: {error.strerror}. {OTHER_HOME}") from error
    if not os.access(home, os.W_OK | os.X_OK):
        raise SettingsError(f"cannot write in the home folder {home}. {OTHER_HOME}")


OTHER_HOME = f"Name a folder of your own with --home or {HOME_VARIABLE}, such as --home ~/klankbord"
