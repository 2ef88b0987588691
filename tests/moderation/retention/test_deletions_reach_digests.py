"""What its platform says is gone goes out of digests and titles that were made before, too, in the same step (RULES P5, P11)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from listener.bootstrap import listening
from listener.clock import ManualClock
from listener.digest.letting_go import GONE, NO_WORDS
from listener.embedding.hashed import HashedEmbedder
from listener.model.analysis import Analysis, AnalysisStep, NewEmbedding
from listener.model.issue import Membership, NewIssue
from listener.model.mention import Mention, Removal
from listener.parts import Listening
from listener.settings.schema import ListenerSettings, RetentionSettings
from listener.settings.wording import templates
from listener.workflows.collect_mentions import CollectMentions
from listener.workflows.rebuild_insight import catch_up
from listener.workflows.recheck_mentions import Asking, RecheckMentions
from moderation.workflows.retain import Retain
from moderation.workflows.tell_when_due import TellWhenDue
from tests.fakes.desk import Desk, mention
from tests.fakes.reddit import comment
from tests.listener.test_following_deletions import CountedReddit, ask_until, files_with, keep, mentions_of, reddit_asking

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@dataclass
class Home:
    """A listening home whose kept posts are looked at again, and a digest of the day."""

    parts: Listening
    clock: ManualClock
    asking: Asking
    fake: CountedReddit
    folder: Path

    def hear(self, *said: str, title: str) -> None:
        """Let comments come in that belong to one issue."""
        at, ledger = self.clock.now(), self.parts.ledger
        self.fake.listings["all"] = [
            comment(n + 1, created=at.timestamp() - 7_200 + n, body=one, author=f"kim{n}") for n, one in enumerate(said)
        ]
        keep(ledger, mentions_of(self.fake.listings["all"]), at, "reddit")
        ids = range(1, len(said) + 1)
        vectors = np.eye(len(said), 384, dtype=np.float32)
        step = AnalysisStep(
            at=at,
            analyses=tuple(Analysis(mention_id=one, revision=0, language="nl", card_id=one, text_hash=f"h{one}") for one in ids),
            embeddings=tuple(NewEmbedding(text_hash=f"h{one}", model=self.parts.model_id, vector=vectors[one - 1]) for one in ids),
            new_issues=(NewIssue(temporary_id=-1, title=title, created_at=at),),
            memberships=tuple(Membership(mention_id=one, issue_id=-1, by="model", reason="near", at=at) for one in ids),
        )
        ledger.analyses.save(step)
        catch_up(ledger, self.parts.insight, model_id=self.parts.model_id)

    def vectors(self) -> int:
        return len(self.parts.ledger.analyses.vectors_of(range(1, 20), self.parts.model_id)[0])

    def title(self) -> str:
        (issue,) = self.parts.ledger.issues.all()
        return issue.title

    async def tell(self) -> str:
        """Make the digest and return it as it is kept."""
        self.clock.advance(24 * HOUR)
        zone, words = ZoneInfo("Europe/Amsterdam"), templates("nl")
        tell = TellWhenDue(
            self.parts.ledger,
            self.parts.figures,
            clock=self.clock,
            zone=zone,
            language="nl",
            digest_hour=9,
            templates=words,
        )
        await tell.once()
        return self.digest()

    def digest(self) -> str:
        ((period, _),) = self.parts.ledger.reports.periods("digest")
        return self.parts.ledger.reports.body("digest", period) or ""

    async def look_again(self) -> int:
        """Ask for everything that is kept, for a day; return how many posts went."""
        collect = CollectMentions(self.parts.ledger, self.parts.queries, clock=self.clock)
        recheck = RecheckMentions(self.parts.ledger, collect, clock=self.clock)
        return await ask_until(recheck, self.asking, self.clock, self.clock.now() + 24 * HOUR)


@contextmanager
def home(folder: Path) -> Iterator[Home]:
    clock = ManualClock(NOON)
    settings = ListenerSettings.model_validate({"brands": [{"name": "Stroomwerk"}]})
    with listening(folder, settings, clock=clock, embedder=HashedEmbedder()) as parts:
        asking, fake = reddit_asking(clock)
        yield Home(parts, clock, asking, fake, folder)


SAID = [f"Kanarie{n}woord: de stroom is al uren weg in mijn straat" for n in range(6)]
TITLE = "Kanarie0woord: de stroom is al uren…"


async def test_a_quote_goes_out_of_a_kept_digest_when_its_post_is_found_deleted(tmp_path: Path) -> None:
    """Quote, vector and title; the figures and the quotes of others stay, and no file holds the words after the night."""
    with home(tmp_path) as it:
        it.hear(*SAID, title=TITLE)
        body = await it.tell()
        quoted = [n for n in range(1, 6) if f"Kanarie{n}woord" in body]
        assert quoted
        assert f"### {TITLE}" in body
        words = ("Kanarie0woord", f"Kanarie{quoted[0]}woord")
        assert all(files_with(one, tmp_path) for one in words), "or finding none later would mean nothing"
        assert await it.look_again() == 0
        for one in (0, quoted[0]):
            it.fake.listings["all"][one].body, it.fake.listings["all"][one].author = "[deleted]", None
        assert await it.look_again() == 2
        after = it.digest()
        assert not any(one in after for one in words)
        assert GONE in after
        assert f"### {NO_WORDS}" in after
        assert [n for n in quoted[1:] if f"Kanarie{n}woord" in after] == quoted[1:]
        assert "6 berichten van 6 mensen" in after
        assert (it.title(), it.vectors()) == (NO_WORDS, 4)
        assert it.parts.clean_files().whole
        assert [files_with(one, tmp_path) for one in words] == [[], []]


BODY = """# Overzicht

### Storing in de Vogelbuurt

> “\\[telefoon\\] bel mij, ik zit zonder stroom” — Rode Uil, 2 mrt, [www.reddit.com](<https://www.reddit.com/r/klussen/comments/7/>)

> Bericht op X over “Storing in de Vogelbuurt”, 2 mrt, [x.com](<https://x.com/kim/status/1>)

> “Kapot” — Grijze Vos, feed

> “Storing in de Vogelbuurt is hier ook” — Vlotte Das, feed

- Storing in de Vogelbuurt: 3 berichten
- Andere storing: 2 berichten
"""


@pytest.mark.parametrize(
    ("said", "gone", "lines"),
    [
        (mention("a", "06 12345678 bel mij, ik zit zonder stroom"), "Rode Uil", 1),  # a number is masked where it is quoted
        (mention("a", "Iets heel anders", platform="x", url="https://x.com/kim/status/1"), "status/1", 1),  # on X there is a link only
        (mention("a", "Kapot"), "Grijze Vos", 1),
        (mention("a", "Kap"), "", 0),
    ],
)
def test_what_leads_to_a_deleted_post_goes_however_it_is_quoted(desk: Desk, said: Mention, gone: str, lines: int) -> None:
    desk.hear(said)
    desk.ledger.reports.add("digest", "2026-03-02", desk.clock.now(), BODY)
    removal = Removal(platform=said.platform, realm=said.realm, native_id=said.native_id)
    desk.ledger.mentions.remove([removal], source="feed", at=desk.clock.now())
    body = desk.ledger.reports.body("digest", "2026-03-02") or ""
    assert body.count(GONE) == lines
    assert not gone or gone not in body
    assert len(body.splitlines()) == len(BODY.splitlines())


def test_the_title_of_an_issue_in_which_nobody_is_left_heads_nothing(desk: Desk) -> None:
    """Where somebody else said the same words they stay."""
    (number,) = desk.hear(mention("a", "De app zegt storing in de Vogelbuurt en dat klopt"))
    at = desk.clock.now()
    step = AnalysisStep(
        at=at,
        new_issues=(NewIssue(temporary_id=-1, title="Storing in de Vogelbuurt", created_at=at),),
        memberships=(Membership(mention_id=number, issue_id=-1, by="model", reason="near", at=at),),
    )
    desk.ledger.analyses.save(step)
    desk.ledger.reports.add("digest", "2026-03-02", at, BODY)
    (stored,) = desk.ledger.mentions.by_ids([number])
    removal = Removal(platform=stored.mention.platform, realm=stored.mention.realm, native_id="a")
    desk.ledger.mentions.remove([removal], source="feed", at=at)
    body = desk.ledger.reports.body("digest", "2026-03-02") or ""
    assert f"### {NO_WORDS}" in body
    assert f"- {NO_WORDS}: 3 berichten" in body
    assert "“Storing in de Vogelbuurt is hier ook”" in body
    assert "- Andere storing: 2 berichten" in body


def test_an_issue_whose_title_went_gets_another_in_the_night(desk: Desk, tmp_path: Path) -> None:
    """Also when nothing else is over time that night."""
    named: list[str] = []
    retain = Retain(
        tmp_path,
        desk.ledger,
        RetentionSettings.model_validate({}),
        desk.clock,
        zone=UTC,
        hour=0,
        name_again=lambda: named.append("again"),
        rest=lambda _: None,
    )
    retain.once(retain.wanted, by="schedule")
    assert named == ["again"]
