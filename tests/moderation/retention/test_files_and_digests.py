"""Backups grow old, and digests that were kept lose what they quoted."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from listener.digest.letting_go import GONE, beginning_of, without_quotes, without_title
from listener.ledger.expiry import Cut, LetGo
from listener.ledger.ledger import open_ledger
from moderation.workflows.retain_digests import KeptDigests
from moderation.workflows.retain_files import drop_backups, old_backups

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
BODY = """# Overzicht

### Al weer geen stroom in de Vogelbuurt…

**12 berichten van 9 mensen** · kwestie 3

> “Al weer geen stroom in de Vogelbuurt en niemand zegt iets \\\\_echt\\\\_” — Vlotte Das, feed

> “Kapot” — Grijze Vos, feed

> “De app doet het weer niet” — Rode Uil, feed
"""


def _file(path: Path, days: float) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("words")
    moment = (NOW - timedelta(days=days)).timestamp()
    os.utime(path, (moment, moment))
    return path


def test_old_backups_go_and_the_newest_stays_whatever_its_age(tmp_path: Path) -> None:
    """A home without any backup is worse than one with an old one; and nothing outside the home is touched."""
    home, outside = tmp_path / "home", _file(tmp_path / "elsewhere.db", 99)
    newest, older = _file(home / "backups/ledger-b.db", 40), _file(home / "backups/ledger-a.db", 41)
    aside = _file(home / "backups/set-aside-1/ledger.db", 41).parent
    os.utime(aside, (0, 0))
    damaged = _file(home / "insight.duckdb.damaged-1", 31)
    (home / "backups/linked.db").symlink_to(outside)
    os.utime(home / "backups/linked.db", (0, 0), follow_symlinks=False)
    young = _file(home / "insight.duckdb.damaged-2", 29)
    assert set(old_backups(home, NOW, 30)) == {older, aside, damaged}
    assert drop_backups(home, NOW, 30) == 3
    assert [one.exists() for one in (newest, older, aside, damaged, young, outside)] == [True, False, False, False, True, True]
    assert drop_backups(home, NOW, 30) == 0


def test_a_home_without_backups_is_fine(tmp_path: Path) -> None:
    """And a folder of backups that is a link to another disk is somebody's own to keep."""
    assert drop_backups(tmp_path, NOW, 30) == 0
    _file(tmp_path / "disk/old.db", 99)
    (tmp_path / "home").mkdir()
    (tmp_path / "home/backups").symlink_to(tmp_path / "disk")
    assert drop_backups(tmp_path / "home", NOW, 30) == 0


def test_a_quote_goes_with_its_message_and_the_figures_stay(tmp_path: Path) -> None:
    """By how it begins: what stands in a digest was masked, shortened and made harmless."""
    with open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}") as ledger:
        ledger.reports.add("digest", "2026-03-02", NOW, BODY)
        gone = LetGo(
            expired=2,
            texts=("Al weer geen stroom in de Vogelbuurt en niemand zegt iets _echt_", "Kapot"),
            titles=("Al weer geen stroom in de Vogelbuurt…",),
        )
        digests = KeptDigests(ledger.reports)
        digests.forget(gone)
        digests.forget(LetGo(expired=1, texts=("De app is prima",)))
        body = ledger.reports.body("digest", "2026-03-02") or ""
        assert body.count(GONE) == 2
        assert "De app doet het weer niet" in body
        assert "Vogelbuurt" not in body
        assert "**12 berichten van 9 mensen** · kwestie 3" in body
        young, old = (Cut(raw=NOW + timedelta(hours=one), x=NOW, whole=NOW) for one in (-1, 1))
        assert (digests.forget_old(young), digests.forget_old(old), digests.forget_old(old)) == (0, 1, 0)
        assert "De app" not in (ledger.reports.body("digest", "2026-03-02") or "")


def test_without_quotes_of_no_message_nothing_changes() -> None:
    """A digest without quotes is the same text."""
    assert without_quotes("# Overzicht\n\n12 berichten\n") == "# Overzicht\n\n12 berichten\n"
    assert without_quotes(BODY, ()) == BODY
    assert without_title(BODY, "Iets anders") == BODY
    assert beginning_of("> “Ál-weer… géén”") == "álweergéén"
