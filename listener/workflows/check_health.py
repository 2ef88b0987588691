"""Check an installation and say what to do: what `klankbord doctor` shows. Nothing is sent, no model is loaded, no page is read."""

from __future__ import annotations

import asyncio
import os
import shutil
import stat
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from listener.clock import SystemClock
from listener.embedding.label_models import open_label_models
from listener.embedding.open import open_embedder
from listener.errors import ProductError, SettingsError
from listener.model.health import Finding
from listener.ports import Clock
from listener.settings.load import load_settings, settings_file
from listener.settings.schema import ListenerSettings
from listener.settings.secrets import FILE_NAME, Secrets
from listener.settings.wording import label_heads
from listener.workflows.check_keys import (
    check_delivery,
    check_public_address,
    check_rephrase,
    check_secrets,
    check_sources,
    check_staff_address,
)
from listener.workflows.check_stores import check_stores

__all__ = ["Finding", "check_health"]  # callers need both

MEGABYTE = 1_000_000
LEAST_FREE_BYTES = 300 * MEGABYTE
COMFORTABLE_BYTES = 3_000 * MEGABYTE
SANE_YEARS = range(2026, 2100)  # this version was written in 2026; an earlier clock is wrong
PINNED_DUCKDB = "1.5.5"
ENGLISH_MODELS = ("all-minilm", "all-mpnet", "msmarco", "bge-small-en", "bge-base-en", "gte-small", "e5-small-v2", "e5-base-v2")
MULTILINGUAL_EXAMPLE = "sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2"
PRIVATE_FILES = ("klankbord.yaml", FILE_NAME, "ledger.db", "insight.duckdb")


async def check_health(
    home: Path, schema: type[ListenerSettings], *, clock: Clock | None = None, secrets: Secrets | None = None
) -> list[Finding]:
    """Return everything found on `home`, in the order a person would mend it. Never raises for what it finds."""
    return await asyncio.to_thread(_check, home, schema, clock or SystemClock(), secrets or Secrets(home))


def _check(home: Path, schema: type[ListenerSettings], clock: Clock, secrets: Secrets) -> list[Finding]:
    settings, found = _check_settings(home, schema)
    found += _check_home(home)
    found += _check_disk(home)
    found += _check_clock(clock.now())
    found += _check_packages()
    found += check_secrets(secrets)
    if settings is not None:
        found += _check_languages_and_model(settings, home)
        found += check_sources(settings, secrets, clock, file=settings_file(home))
        found += check_public_address(settings, file=settings_file(home))
        found += check_staff_address(settings, file=settings_file(home))
        found += check_delivery(settings, secrets)
        found += check_rephrase(settings, secrets, file=settings_file(home))
    return found + list(check_stores(home, clock.now(), model_id=_model_id(settings, home), sources=settings.sources if settings else ()))


def _model_id(settings: ListenerSettings | None, home: Path) -> str:
    """Return the id of the configured model; empty when it cannot be opened, which the check of the model tells."""
    if settings is None or find_spec("torch") is None:
        return ""
    try:
        embedder = open_embedder(settings.model, models_dir=home / "models", languages=settings.languages)
    except ProductError:
        return ""
    embedder.close()
    return embedder.model_id


def _check_settings(home: Path, schema: type[ListenerSettings]) -> tuple[ListenerSettings | None, list[Finding]]:
    file = settings_file(home)
    try:
        settings = load_settings(home, schema)
    except SettingsError as error:
        return None, [Finding(level="fail", what="settings", detail=line, mend=f"edit {file}") for line in str(error).splitlines()]
    if not file.exists():
        return settings, [Finding(level="warn", what="settings", detail=f"{file} does not exist; defaults are used", mend="klankbord init")]
    found = [Finding(level="ok", what="settings", detail=f"{file} is valid")]
    if not settings.brands:
        found.append(Finding(level="warn", what="brands", detail="no brand to listen for", mend=f"add one under 'brands' in {file}"))
    return settings, found


def _check_home(home: Path) -> Iterator[Finding]:
    if not home.exists():
        yield Finding(level="warn", what="home", detail=f"{home} does not exist yet", mend="klankbord init")
        return
    loose = [path for path in (home, *(home / name for name in PRIVATE_FILES)) if path.exists() and path.stat().st_mode & 0o077]
    for path in loose:
        mode, private = f"{stat.S_IMODE(path.stat().st_mode):04o}", "700" if path.is_dir() else "600"
        yield Finding(
            level="fail", what="home", detail=f"others on this machine can use {path} (mode {mode})", mend=f"chmod {private} {path}"
        )
    if not os.access(home, os.W_OK | os.X_OK):
        yield Finding(level="fail", what="home", detail=f"{home} cannot be written", mend=f"chown {os.geteuid()} {home}")
    elif not loose:
        yield Finding(level="ok", what="home", detail=f"{home} is private")


def _check_disk(home: Path) -> Iterator[Finding]:
    place = next(folder for folder in (home, *home.parents) if folder.exists())
    free = shutil.disk_usage(place).free
    detail = f"{free / 1e9:.1f} GB free at {place}"
    if free < LEAST_FREE_BYTES:
        yield Finding(level="fail", what="disk", detail=f"{detail}; storing stops soon", mend="free space, or move the home with --home")
    elif free < COMFORTABLE_BYTES:
        yield Finding(level="warn", what="disk", detail=detail, mend="free some space; a year of a busy brand takes a few GB")
    else:
        yield Finding(level="ok", what="disk", detail=detail)


def _check_clock(now: datetime) -> Iterator[Finding]:
    if now.year in SANE_YEARS:
        yield Finding(level="ok", what="clock", detail=f"{now:%Y-%m-%d %H:%M} UTC")
    else:
        yield Finding(level="fail", what="clock", detail=f"the clock says {now:%Y-%m-%d}", mend="timedatectl set-ntp true")


def _check_packages() -> Iterator[Finding]:
    try:
        duckdb = version("duckdb")
    except PackageNotFoundError:
        duckdb = "missing"
    if duckdb == PINNED_DUCKDB:
        yield Finding(level="ok", what="packages", detail=f"Python {sys.version.split()[0]}, DuckDB {duckdb}")
    else:
        detail = f"DuckDB is {duckdb}; insight files are made for {PINNED_DUCKDB}"
        yield Finding(level="fail", what="packages", detail=detail, mend=f"pip install duckdb=={PINNED_DUCKDB}")


def _check_languages_and_model(settings: ListenerSettings, home: Path) -> Iterator[Finding]:
    for package in ("torch", "sentence_transformers"):
        if find_spec(package) is None:
            pip_name = package.replace("_", "-")
            yield Finding(level="fail", what="model", detail=f"{pip_name} is not installed", mend=f"pip install {pip_name}")
            return
    name = settings.model.name
    try:
        embedder = open_embedder(settings.model, models_dir=home / "models", languages=settings.languages)
        embedder.close()
        open_label_models(settings, models_dir=home / "models").close()
    except ProductError as error:
        yield Finding(level="fail", what="model", detail=str(error), mend="klankbord model use bundled")
        return
    yield Finding(level="ok", what="model", detail=f"{name} is on this machine and whole")
    yield from _check_heads(embedder.model_id, settings.languages)
    if "nl" in settings.languages and _reads_english_only(name):
        yield Finding(
            level="warn",
            what="model",
            detail=f"Dutch is configured, and the model {name!r} was trained on English: Dutch posts are grouped less well",
            mend=f"klankbord model use NAME|PATH with a multilingual one, such as {MULTILINGUAL_EXAMPLE}",
        )


def _check_heads(model_id: str, languages: Sequence[str]) -> Iterator[Finding]:
    """Tell whether the shipped label heads know the vectors of this model; by words alone they are less often right."""
    heads = label_heads()
    strange = [one for one in languages if heads is not None and not heads.trusts(model_id, one)]
    if heads is None or strange:
        why = "no label heads are shipped" if heads is None else f"the label heads were trained for {heads.model_id}, not for {model_id}"
        by = "word lists" if heads is None else f"words alone ({', '.join(strange)})"
        yield Finding(
            level="warn", what="labels", detail=f"{why}: mentions are labelled by {by}", mend="klankbord model use bundled, or go on so"
        )
    else:
        yield Finding(level="ok", what="labels", detail=f"{heads.name} knows the vectors of this model")


def _reads_english_only(name: str) -> bool:
    return any(known in name.lower() for known in ENGLISH_MODELS) and "multilingual" not in name.lower()
