"""Which reading goes with which folder of recordings, and what happens to a folder's files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.replay.reading import NotOurs, Reading
from tests.replay.readings import asked, meta, posts
from tests.replay.readings.feeds import FeedReading
from tests.replay.table import Row

FEEDS = FeedReading()
READINGS: Mapping[str, Reading] = {
    "bluesky": posts.BLUESKY,
    "discord": asked.DISCORD,
    "discourse": asked.DISCOURSE,
    "facebook": meta.MetaReading(platform="facebook"),
    "feeds": FEEDS,
    "hackernews": asked.HACKERNEWS,
    "instagram": meta.MetaReading(platform="instagram"),
    "mastodon": posts.MASTODON,
    "reddit": asked.REDDIT,
    "stackexchange": asked.STACKEXCHANGE,
    "threads": meta.MetaReading(platform="threads"),
    "whatsapp": meta.MetaReading(platform="whatsapp"),
    "x": posts.X,
    "youtube": asked.YOUTUBE,
}
OTHERWISE: Mapping[str, str] = {
    "appstores": "no source of ours reads reviews of app stores: they come in by import (CSV, JSON lines)",
    "linkedin": "no source of ours reads LinkedIn",
}
NO_RECORDINGS = frozenset({"LICENSES"})
OLD_X = "it speaks X's older API, v1.1, which answers nobody any more"


def platforms_in(recordings: Path | None) -> list[str]:
    """Return the folders of recordings that are there; without any, those that we know."""
    if recordings is None:
        return sorted(READINGS)
    return sorted(
        one.name for one in recordings.iterdir() if one.is_dir() and one.name not in NO_RECORDINGS and not one.name.startswith(".")
    )


def files_in(folder: Path) -> list[Path]:
    """Return every file of a platform, by name."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def played(folder: Path) -> Row:
    """Read every file of a platform's folder, whatever its name; nothing is left out without a reason."""
    passed: dict[str, str] = {}
    skipped: dict[str, str] = {}
    failed: dict[str, str] = {}
    for path in files_in(folder):
        name = str(path.relative_to(folder))
        try:
            passed[name] = reading_of(folder.name, path).check(path)
        except NotOurs as why:
            skipped[name] = str(why)
        except Exception as error:  # whatever it is, the table says it and the test fails
            failed[name] = f"{type(error).__name__}: {str(error).strip()[:300]}"
    return Row(platform=folder.name, passed=passed, skipped=skipped, failed=failed)


def reading_of(platform: str, path: Path) -> Reading:
    """Return how a file is read, or raise `NotOurs`. A feed is read as one, whoever made it."""
    if platform not in READINGS:
        raise NotOurs(OTHERWISE.get(platform, "no source of ours reads this platform"))
    if platform == "x" and "v1.1" in path.parent.name:
        raise NotOurs(OLD_X)
    return FEEDS if path.suffix == ".xml" else READINGS[platform]


def every_reading(recordings: Path) -> Iterator[tuple[Path, Reading]]:
    """Yield each file that a source of ours might read."""
    for platform in platforms_in(recordings):
        for path in files_in(recordings / platform):
            try:
                yield path, reading_of(platform, path)
            except NotOurs:
                continue
