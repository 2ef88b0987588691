"""One person whose handle, name and words stand nowhere else, put into every place of a home through the product's own steps."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, insert, select, update

from listener.answers import ANSWERS
from listener.ledger.transactions import writing
from listener.model.analysis import Analysis, AnalysisStep, NewEmbedding
from listener.model.issue import Membership, NewIssue
from listener.model.mention import Author, BrandHit, Kept, Mention
from listener.workflows.rebuild_insight import catch_up
from moderation.ledger.contacts import ContactLedger
from moderation.ledger.joins import JoinLedger
from moderation.ledger.shadow import ShadowLedger
from moderation.ledger.tables import draft
from moderation.ledger.tables_feedback import feedback, feedback_answer, improvement_action, you_said_message
from moderation.ledger.tables_invitations import invitation_decision, invitation_event
from moderation.ledger.tables_knowledge import article, article_version
from moderation.ledger.tables_leave import shadow_item
from moderation.ledger.tables_reply import approval_request
from moderation.ledger.tables_status import broadcast_item
from moderation.model.card import CardWords
from moderation.model.conversation import Evidence
from moderation.model.invitation import JourneyKind, NewEvent
from moderation.model.leave import Consent, OptOut
from moderation.model.outbox import OutboxEntry
from moderation.model.reply import Words
from moderation.model.shadow import NewShadow, ShadowKind
from moderation.model.subject_request import RequestKind
from tests.fakes.desk import mention
from tests.fakes.house import AUTHOR, OURS, House

HANDLE = "kanarievogel8842"
NAME = "Kanarie Zevenslaper"
WORD = "qwertzuiop"
"""A word that only this person uses; the beginning of their message makes the title of an issue."""
SAID = f"Mijn {WORD} meter vonkt al zes dagen verschrikkelijk hard en niemand van jullie neemt op"
PERSON = Author(platform="feed", realm="forum.example", native_id=HANDLE, name=NAME)
ELSEWHERE = Author(platform="mail", realm="example.org", native_id=f"{HANDLE}@example.org", name=NAME)
NEEDLES = (HANDLE, "kanarie", "zevenslaper", WORD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """Where the person stands, to ask for afterwards."""

    case_id: int
    conversation_id: int
    mention_ids: tuple[int, ...]
    issue_id: int
    entry_id: int
    vector: NDArray[np.float32]


def plant(house: House) -> Planted:
    """Let the person speak and be answered, noted, quoted, asked and exported."""
    vector = _heard(house)
    desk, ledger, now = house.parts.desk, house.parts.listening.ledger, house.clock.now
    house.clock.advance(timedelta(minutes=11))
    desk.open_cases()
    ids = {key: stored.mention_id for key in ("canary-1", "canary-2") if (stored := ledger.mentions.find(_spoken(key).key)) is not None}
    row = next(one for one in desk.cases.rows() if ids["canary-1"] in one.mention_ids)
    issue_id = _understood(house, ids["canary-1"], vector)
    ledger.labels.correct(ids["canary-1"], "question", "yes", by=AUTHOR, at=now())
    ledger.issues.rename(issue_id, f"{NAME} en de meter", by=AUTHOR, at=now())
    ledger.issues.undo(issue_id, by=AUTHOR, at=now())
    desk.queueing.acts.claim(row.case_id, AUTHOR, row.version)
    entry = desk.inbox.send(
        desk.inbox.draft_reply(row.case_id, AUTHOR, f"Dag {NAME}, wat vervelend. Welke postcode heb je?").draft_id, AUTHOR
    )
    asyncio.run(house.parts.sending.send_once())
    # what follows tells of the person by their word alone: only whoever knows whose it is can find it
    desk.inbox.send(desk.inbox.draft_reply(row.case_id, AUTHOR, f"Is de {WORD} nu stil?").draft_id, AUTHOR)
    asyncio.run(house.parts.sending.send_once())
    desk.inbox.send(desk.inbox.draft_reply(row.case_id, AUTHOR, f"En blijft de {WORD} stil?").draft_id, AUTHOR)
    desk.inbox.draft_reply(row.case_id, AUTHOR, f"Nog een vraag over de {WORD}.")
    desk.replies.write.save(row.case_id, AUTHOR, Words(text=f"De {WORD}", language="nl"), version=0)
    desk.conversation.notes.add(row.case_id, f"belde ook over {WORD}", AUTHOR)
    desk.conversation.cards.mark(row.case_id, "no", AUTHOR, why=f"het ging om {WORD}")
    desk.conversation.cards.keep(row.case_id, CardWords(summary=f"{WORD} vonkt"), AUTHOR)
    desk.conversation.notes.plan(issue_id, f"monteur voor @{HANDLE}", AUTHOR)
    desk.conversation.questions.ask(row.case_id, "team techniek", f"wie weet iets van {WORD}?", AUTHOR)
    desk.leave.add_opt_out(OptOut(person_key=PERSON.key, at=now(), how="hand", noted_by=AUTHOR, note=f"bij {WORD}"))
    desk.leave.add_consent(
        Consent(person_key=ELSEWHERE.key, channel="mail", wording="1", given_at=now(), noted_by=AUTHOR, source=f"mail over {WORD}")
    )
    house.parts.subjects.keep.add(RequestKind.RECTIFY, "feed", NAME, received_at=None, by=AUTHOR)
    desk.alarms.raise_once("stuck", f"case {row.case_id}", note=f"wacht: {NAME}", at=now())
    _joined(house, row.case_id, ids["canary-2"])
    _rows(house, row.conversation_id, ids["canary-1"])
    _asked(house, row.case_id, row.conversation_id, ids["canary-1"], entry)
    _files(house, row.case_id)
    listening = house.parts.listening
    catch_up(ledger, listening.insight, model_id=listening.model_id)
    listening.search.keep()
    digest = str(ANSWERS["digest"](listening, {"format": "markdown", "hours": 48}))
    ledger.reports.add("digest", "2026-03-02", now(), f"{digest}\n> {SAID}")
    return Planted(
        case_id=row.case_id,
        conversation_id=row.conversation_id,
        mention_ids=tuple(ids.values()),
        issue_id=issue_id,
        entry_id=entry.entry_id,
        vector=vector,
    )


def _spoken(native_id: str) -> Mention:
    author, platform, realm = (PERSON, "feed", "forum.example") if native_id == "canary-1" else (ELSEWHERE, "mail", "example.org")
    said = mention(native_id, f"{OURS}: {SAID}", posted_at=None)
    return replace(said, platform=platform, realm=realm, author=author, url=f"https://forum.example/u/{HANDLE}/{native_id}")


def _heard(house: House) -> NDArray[np.float32]:
    ledger, at = house.parts.listening.ledger, house.clock.now()
    hit = BrandHit(brand=OURS, directed=True, terms=(OURS.lower(),))
    said = [replace(_spoken(one), posted_at=at) for one in ("canary-1", "canary-2")]
    ledger.mentions.add_page([Kept(mention=one, hits=(hit,)) for one in said], source="feed", next_cursor=None, at=at)
    edit = replace(said[0], title=f"{WORD} kapot", edited_at=at + timedelta(minutes=1))
    ledger.mentions.add_page([Kept(mention=edit, hits=(hit,))], source="feed", next_cursor=None, at=at)
    vector = np.random.default_rng(8842).normal(size=384).astype(np.float32)
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


def _understood(house: House, mention_id: int, vector: NDArray[np.float32]) -> int:
    """Put the person's message and one of somebody else into an issue that is named by the person's words."""
    ledger, at, model = house.parts.listening.ledger, house.clock.now(), house.parts.listening.model_id
    other = replace(mention("beside", f"{OURS}: de meter vonkt hard"), posted_at=at)
    ledger.mentions.add_page([Kept(mention=other, hits=())], source="feed", next_cursor=None, at=at)
    beside = ledger.mentions.find(other.key)
    assert beside is not None
    ids = (mention_id, beside.mention_id)
    revisions = {one.mention_id: one.revision for one in ledger.mentions.by_ids(ids)}
    step = AnalysisStep(
        at=at,
        analyses=tuple(Analysis(mention_id=one, revision=revisions[one], language="nl", card_id=one, text_hash=f"c{one}") for one in ids),
        embeddings=tuple(NewEmbedding(text_hash=f"c{one}", model=model, vector=vector if one == mention_id else -vector) for one in ids),
        new_issues=(NewIssue(temporary_id=-1, title=f"{WORD} meter · vonkt", created_at=at),),
        memberships=tuple(Membership(mention_id=one, issue_id=-1, by="model", reason="near", at=at) for one in ids),
    )
    return ledger.analyses.save(step)[-1]


def _joined(house: House, case_id: int, mention_id: int) -> None:
    contacts = ContactLedger(house.parts.listening.ledger.engine)
    (contact,) = contacts.of_mentions([mention_id], brand=OURS).values()
    JoinLedger(house.parts.listening.ledger.engine).join(case_id, contact, (Evidence.EMAIL,), who=AUTHOR, at=house.clock.now())


def _rows(house: House, conversation_id: int, mention_id: int) -> None:
    """What people write on pages that need a link first: an answer in their own words, and words taken into an article."""
    engine, at = house.parts.listening.ledger.engine, house.clock.now()
    with writing(engine) as tx:
        given = {"source": "form", "channel": "feed", "language": "nl", "conversation_id": conversation_id, "begun_at": at}
        number = tx.execute(insert(feedback).values(given).returning(feedback.c.feedback_id)).scalar_one()
        for question, value in (("text", f"om de {WORD}"), ("satisfaction", "2")):
            tx.execute(insert(feedback_answer).values(feedback_id=number, question=question, value=value, at=at))
        known = tx.execute(select(article.c.article_id).limit(1)).scalar_one()
        worded = {
            "question": f"Wat doet een {WORD}?",
            "answer": "Bel ons.",
            "question_mention_id": mention_id,
            "made_by": AUTHOR,
            "made_at": at,
        }
        tx.execute(insert(article_version).values(article_id=known, version=2, **worded))


def _asked(house: House, case_id: int, conversation_id: int, mention_id: int, entry: OutboxEntry) -> None:
    """What is kept of asking them, telling them and answering them with many others: rows that pages and programs make over weeks."""
    desk, engine, at = house.parts.desk, house.parts.listening.ledger.engine, house.clock.now()
    kept = NewShadow(
        kind=ShadowKind.INVITATION,
        subject="invitation_thread@1",
        post=entry.post,
        language="nl",
        template="invitation_thread@1",
        why={"because": f"de {WORD}"},
        at=at,
        key=f"shadow {HANDLE}",
        case_id=case_id,
    )
    shadow, _ = ShadowLedger(engine).add(kept)
    event = NewEvent(
        key=f"resolved/1/{at.isoformat()}/feed/forum.example/at/{HANDLE}",
        kind=JourneyKind.CONVERSATION_CLOSED,
        platform="feed",
        realm="forum.example",
        thread_id=f"at/{HANDLE}",
        mention_id=mention_id,
        person_key=PERSON.key,
        happened_at=at,
        conversation_id=conversation_id,
        case_id=case_id,
        answered=True,
    )
    desk.inviting.ledger.add_events([event], at=at)
    with writing(engine) as tx:
        tx.execute(update(shadow_item).where(shadow_item.c.shadow_id == shadow.shadow_id).values(judged_note=f"te veel {WORD}"))
        event_id = tx.execute(select(func.max(invitation_event.c.event_id))).scalar_one()
        decided = {"event_id": event_id, "at": at, "answer": "ask", "motivation": 1.0, "ability": 1.0, "prompt": 1.0, "quiet_hours": 1.0}
        decided |= {"why": {"because": WORD}, "why_not": {"but": WORD}, "language": "nl", "text": f"Hoe ging het met de {WORD}?"}
        tx.execute(insert(invitation_decision).values(decided))
        number = tx.execute(select(draft.c.draft_id).where(draft.c.case_id == case_id, draft.c.state == "open")).scalars().first()
        given_back = {"given_back_by": AUTHOR, "given_back_at": at, "note": f"noem de {WORD} niet"}
        tx.execute(insert(approval_request).values(draft_id=number, asked_by=AUTHOR, asked_at=at, **given_back))
        done = tx.execute(select(improvement_action.c.action_id).limit(1)).scalar_one()
        told = {"thread_key": f"feed/forum.example/at/{HANDLE}", "person_key": PERSON.key, "conversation_id": conversation_id}
        tx.execute(insert(you_said_message).values(action_id=done, state="refused", reason=f"{NAME} wil niet", changed_at=at, **told))
        like = dict(tx.execute(select(broadcast_item).limit(1)).mappings().one())
        theirs = {"item_id": None, "position": 99, "platform": "feed", "realm": "forum.example", "thread_id": f"at/{HANDLE}"}
        theirs |= {"parent_id": f"at/{HANDLE}/1", "mention_id": mention_id, "person": HANDLE, "text": f"De {WORD} is stil.", "note": WORD}
        tx.execute(insert(broadcast_item).values(like | theirs | {"draft_id": None, "entry_id": None}))


def _files(house: House, case_id: int) -> None:
    folder = house.home / "exports"
    folder.mkdir()
    (folder / "case.json").write_bytes(house.parts.desk.conversation.export(case_id))
    (house.home / "report.md").write_text(f"# Week 10\n\n> {SAID}\n", encoding="utf-8")
    (house.home / "klankbord.log").write_text(f'{{"what": "asked", "who": "{HANDLE}"}}\n{{"what": "stored"}}\n', encoding="utf-8")
