"""A backup with which a home can go on elsewhere: the ledger, and the keys without which it would forget whom not to read.

Kept open, a backup is the ledger alone: its keys lie in the home, for whoever copies the ledger must not be able to tell who was erased,
make feedback links, or open second steps. Sealed under a passphrase it holds them too.
"""

from __future__ import annotations

import shutil
import tarfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from listener.errors import InputError
from listener.ledger.backup import back_up
from listener.ledger.ledger import Ledger
from listener.ledger.suppression import KEY_NAME as SUPPRESSION_KEY
from listener.ledger.suppression import LIST_NAME
from listener.settings.home import prepare_home
from moderation.feedback_key import KEY_NAME as FEEDBACK_KEY
from moderation.identity.step_key import KEY_NAME as STEP_KEY
from moderation.workflows.restore_backup import Restored, restore_backup
from moderation.workflows.sealed import SealedReader, SealedWriter

LEDGER = "ledger.db"
KEYS = (SUPPRESSION_KEY, LIST_NAME, FEEDBACK_KEY, STEP_KEY)
"""Files of the home that a ledger needs beside it. `secrets.env` is not among them: keys of platforms can be made anew."""
PASSPHRASE = "KLANKBORD_BACKUP_PASSPHRASE"  # noqa: S105 - the name of the variable that holds it


def seal_backup(ledger: Ledger, home: Path, target: Path, passphrase: str) -> Path:
    """Write the ledger with its keys to the new file `target`, sealed; return it. A copy in the clear lies in the home meanwhile."""
    if target.exists():
        raise InputError(f"{target} exists; name a new file for the backup")
    clear = home / "backups" / f".{target.name}.clear"
    for left in (home / "backups").glob(".*.clear"):  # of a backup that was cut off
        left.unlink(missing_ok=True)
    try:
        back_up(ledger.engine, clear)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with SealedWriter(target, passphrase) as sealed, tarfile.open(fileobj=sealed, mode="w|") as packed:
            packed.add(clear, arcname=LEDGER, recursive=False)
            for name in KEYS:
                if (home / name).is_file():
                    packed.add(home / name, arcname=name, recursive=False)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    finally:
        clear.unlink(missing_ok=True)
    return target


def unseal_backup(file: Path, into: Path, passphrase: str) -> Path:
    """Put what a sealed backup holds into the empty folder `into`; return the ledger in it. Raises `InputError` when it does not open."""
    try:
        with SealedReader(file, passphrase) as sealed, tarfile.open(fileobj=sealed, mode="r|") as packed:
            for one in packed:
                if one.isfile() and one.name in (LEDGER, *KEYS):
                    one.mode = 0o600
                    packed.extract(one, into, filter="data")
            while sealed.read(1 << 16):  # to its end: a file that was cut off behind the archive is found out too
                pass
    except tarfile.TarError as error:
        raise InputError(f"{file} holds no backup.") from error
    if not (into / LEDGER).is_file():
        raise InputError(f"{file} holds no ledger.")
    return into / LEDGER


def restore_sealed(home: Path, file: Path, passphrase: str, *, at: datetime) -> Restored:
    """Put a sealed backup in the place of the ledger (see `restore_backup`), with its keys where the home has none.

    Raises `InputError` when the home has other keys: with those nobody on the list would be known again.
    """
    prepare_home(home)
    (home / "backups").mkdir(mode=0o700, exist_ok=True)
    for left in (home / "backups").glob(".unsealed-*"):
        shutil.rmtree(left, ignore_errors=True)
    with TemporaryDirectory(prefix=".unsealed-", dir=home / "backups") as folder:
        found = Path(folder)
        ledger = unseal_backup(file, found, passphrase)
        put = _put_keys(found, home)
        try:
            done = restore_backup(home, ledger, at=at)
        except BaseException:
            for name in put:
                (home / name).unlink()
            raise
    return replace(done, backup=str(file))


def _put_keys(found: Path, home: Path) -> list[str]:
    """Put keys that came with a backup where the home has none; return which. Its own list is newer and stays."""
    there = [name for name in KEYS if (found / name).is_file()]
    for name in there:
        if name != LIST_NAME and (home / name).exists() and (home / name).read_bytes() != (found / name).read_bytes():
            raise InputError(f"{home / name} is another key than the backup's. Put the backup back in a new folder: --home FOLDER.")
    put = [name for name in there if not (home / name).exists()]
    for name in put:
        (found / name).replace(home / name)
    return put
