"""What people did in a week and what nobody did, counted again: the grid, cards, promises, silences, what waits, actions, last week's."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from typing import Any

from tests.moderation.reports.again.book import HOUR, POSTED, ZONE, Book, Row, at, person, share
from tests.moderation.reports.again.plain_words import holds

MOODS = ("negative", "neutral", "positive")
WEEK = timedelta(weeks=1)
Lines = list[Row]


def pains(issue: Row) -> bool:
    return not issue["hidden"] and issue["quadrant"] != "leverage"


def posted(book: Book) -> Lines:
    """Return our posts that stand on a platform: accepted there, and no taking away of another."""
    return [row for row in book.rows("outbox") if row["state"] in POSTED and not row["removes"]]


def grid(book: Book) -> Lines:
    """Return the cells in which a contact was answered or closed, in the grid's order: as planned when it came in, and as done."""
    states: list[tuple[datetime | None, Row]] = [(None, book.ground.grid)]
    states += [(at(row["at"]), json.loads(row["grid"]) or book.ground.grid) for row in sorted(book.rows("grid_version"), key=_version)]
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    rows: dict[str, Row] = {row["name"]: row for row in states[-1][1]["types"]}
    shown: dict[str, Row] = {row["name"]: row for _, one in states for row in one["types"]}
    platform = {row["conversation_id"]: row["platform"] for row in book.rows("conversation")}
    for case in sorted(book.rows("support_case"), key=lambda one: int(one["case_id"])):
        if (
            case["state"] not in ("answered", "closed")
            or not book.within(case["changed_at"])
            or not book.talk_is_mine(case["conversation_id"])
        ):
            continue
        held = [one for since, one in states if since is None or since <= at(case["opened_at"])][-1]
        row = _type_of(book, case, held)
        rows.setdefault(row["name"], row)
        found[row["name"], _kind(held, platform[case["conversation_id"]])].append(_way(book, case))
    cells = []
    for name, row in rows.items():
        for kind, cell in row["cells"].items():
            went = Counter(found.get((name, kind), ()))
            followed = went[cell["way"]] + (went["link_knowledge"] if cell["way"] == "answer" else 0)
            cells.append(
                {
                    "contact_type": name,
                    "shown": shown[name]["shown"],
                    "channel": kind,
                    "way": cell["way"],
                    "contacts": went.total(),
                    "followed": share(followed, went.total()),
                    "went": dict(went),
                    "preferred": shown[name]["preferred"] == kind,
                    "supporting": kind in (shown[name].get("supporting") or ()),
                }
            )
    return [one for one in cells if one["contacts"]]


def _version(row: Row) -> int:
    return int(row["version_id"])


def _kind(held: Row, platform: str) -> str:
    return str(next((kind for kind, some in held["channels"].items() if platform in (some or ())), held["usual"]))


def _messages(book: Book, conversation_id: int) -> Lines:
    """Return a conversation's messages that are still there."""
    here = {row["mention_id"]: row for row in book.rows("mention") if row["latest_revision"] >= 0}
    lines = [row for row in book.by("conversation_mention", "conversation_id")[conversation_id] if row["mention_id"] in here]
    return [{**row, "posted_at": here[row["mention_id"]]["posted_at"]} for row in lines]


def _type_of(book: Book, case: Row, held: Row) -> Row:
    messages = _messages(book, case["conversation_id"])
    said = [book.labels.get(row["mention_id"], {}) for row in messages]
    facts = {
        "personal_data": any("personal_data" in one for one in said),
        "spam": any(one.get("spam") == "yes" for one in said),
        "directed": any(row["directed"] for row in messages),
        "question": any("question" in one for one in said),
        "negative": any(one.get("sentiment") == "negative" for one in said),
    }
    causes = {one["cause"] for one in said if "cause" in one}
    for row in held["types"]:
        wanted = dict(row.get("when") or {})
        some = wanted.pop("causes", None)
        if (not some or causes & set(some)) and all(facts[name] == value for name, value in wanted.items()):
            found: Row = row
            return found
    raise AssertionError("the last type takes every contact")


def _way(book: Book, case: Row) -> str:
    answers = [row["text"] for row in posted(book) if row["case_id"] == case["case_id"] and row["kind"] in ("reply", "answer")]
    if not answers or case["ending"] in ("no_answer_needed", "spam", "not_ours"):
        return "stay_silent"
    if any(holds(text, phrase) for text in answers for phrase in book.ground.private_words):
        return "go_private"
    return "link_knowledge" if any(row["case_id"] == case["case_id"] for row in book.rows("article_use")) else "answer"


def value(book: Book) -> Row:
    """Return the cards of closed conversations, added up."""
    closed = [
        row
        for row in book.rows("support_case")
        if row["state"] == "closed" and row["ending"] not in ("spam", "not_ours")
        if book.within(row["changed_at"]) and book.talk_is_mine(row["conversation_id"])
    ]
    talks = [row["conversation_id"] for row in closed]
    cards = {row["conversation_id"]: row for row in book.rows("conversation_card")}
    gave = {row["conversation_id"] for row in book.rows("feedback")}
    told = {row["conversation_id"] for row in book.rows("you_said_message") if row["state"] == "drafted"}
    back = {one: cards.get(one, {}).get("feedback_given_back") or ("yes" if one in told else "") for one in talks}
    live = {row["article_id"] for row in book.rows("article") if row["state"] in ("suggested", "approved")}
    taught = {row["case_id"] for name in ("article_evidence", "article_use") for row in book.rows(name) if row["article_id"] in live}
    moods = [_moods(book, one, cards.get(one, {})) for one in talks]
    turned = [(MOODS.index(first), MOODS.index(last)) for first, last in moods if first and last]
    return {
        "conversations": len(talks),
        "needs": share(sum(bool(cards.get(one, {}).get("summary")) for one in talks), len(talks)),
        "feedback": share(sum(one in gave or back[one] == "yes" for one in talks), len(talks)),
        "knowledge": share(sum(row["case_id"] in taught for row in closed), len(talks)),
        "better": share(sum(last > first for first, last in turned), len(turned)),
        "worse": share(sum(last < first for first, last in turned), len(turned)),
        "first": {mood: sum(MOODS[first] == mood for first, _ in turned) for mood in MOODS},
        "last": {mood: sum(MOODS[last] == mood for _, last in turned) for mood in MOODS},
    }


def _moods(book: Book, conversation_id: int, card: Row) -> tuple[str, str]:
    """Return first and last mood: what a person said, else what the messages show."""
    messages = sorted(_messages(book, conversation_id), key=lambda row: (at(row["posted_at"]), row["mention_id"]))
    said = [mood for row in messages if (mood := book.labels.get(row["mention_id"], {}).get("sentiment"))]
    return card.get("sentiment_first") or (said[0] if said else ""), card.get("sentiment_last") or (said[-1] if said else "")


def promises(book: Book) -> Lines:
    due = [row for row in book.rows("status_promise") if book.within(row["due_at"]) and book.issue_is_mine(row["issue_id"])]
    kept = {"open": None, "kept": True, "broken": False}
    return [
        {"issue_id": book.into[row["issue_id"]], "due_at": at(row["due_at"]), "kept": kept[row["state"]]}
        for row in sorted(due, key=lambda one: (at(one["due_at"]), one["promise_id"]))
    ]


def our_words(book: Book, issue_id: int) -> list[tuple[datetime, str]]:
    """Return when we said something of an issue, or of one that went into it, and how: on the status page, or to somebody who wrote."""
    updates = [row for row in book.rows("status_update") if row["state"] == "published" and book.into[row["issue_id"]] == issue_id]
    issue_of = {row["mention_id"]: row["issue_id"] for row in book.rows("mention")}
    found = [(at(row["published_at"]), "update") for row in updates]
    for row in posted(book):
        if not book.post_is_mine(row):
            continue
        to_them = issue_of.get(row["mention_id"]) == issue_id
        answer = to_them and row["kind"] in ("reply", "answer") and not row["edits"]
        if to_them or book.into.get(row["issue_id"]) == issue_id:
            found.append((at(row["changed_at"]), "answer" if answer else "other"))
    return found


def silences(book: Book, lines: Lines) -> Lines:
    """Return the issues about which people went on writing while we said nothing for too long."""
    found = []
    for issue in [one for one in lines if pains(one) and one["contacts"] >= 3]:
        written = [at(row["posted_at"]) for row in book.week if row["issue_id"] == issue["issue_id"]]
        first = min(at(row["posted_at"]) for row in book.mentions if row["issue_id"] == issue["issue_id"])
        since = max((when for when, _ in our_words(book, issue["issue_id"]) if when < book.ends), default=first)
        hours = (max(written) - since).total_seconds() / HOUR
        if hours >= book.ground.silence_hours:
            told = {"written": sum(when >= since for when in written), "since_at": since}
            found.append({"issue_id": issue["issue_id"], "hours": round(hours, 2), **told})
    return sorted(found, key=lambda one: (-one["written"], one["issue_id"]))[:5]


def ignored(book: Book) -> Row:
    """Return the messages to us that nobody answered or decided on, and those of them that never had a case."""
    cases = {row["conversation_id"]: row for row in book.rows("support_case")}
    joined = book.by("conversation_mention", "mention_id")
    ours = [row for row in book.week if row["directed"]]
    waits: Lines = []
    for row in ours:
        talks = [(one, cases[one["conversation_id"]]) for one in joined.get(row["mention_id"], ()) if one["conversation_id"] in cases]
        left = [
            case["case_id"]
            for one, case in talks
            if case["state"] != "closed" and (case["answered_at"] is None or at(one["joined_at"]) > at(case["answered_at"]))
        ]
        if left or not talks:
            waits.append({**row, "case_id": max(left, default=None)})
    waits.sort(key=lambda row: (at(row["posted_at"]), row["mention_id"]))
    oldest = list(dict.fromkeys(row["case_id"] for row in waits if row["case_id"] is not None))
    longest = (min(book.ends, book.made_at) - at(waits[0]["posted_at"])).total_seconds() / HOUR if waits else 0.0
    return {
        "unanswered": share(len(waits), len(ours)),
        "no_case": sum(row["case_id"] is None for row in waits),
        "case_ids": oldest[:5],
        "longest_hours": round(longest, 2),
    }


def actions(book: Book) -> Lines:
    """Return the actions that were open at the end of the week or ended in the twelve weeks before it, by the day they are due."""
    mine = [row for row in book.rows("improvement_action") if book.issue_is_mine(row["issue_id"]) and at(row["made_at"]) < book.ends]
    mine = [row for row in mine if row["closed_at"] is None or at(row["closed_at"]) >= book.ends - 12 * WEEK]
    return [_action(book, row) for row in sorted(mine, key=lambda one: (one["due_on"], one["action_id"]))]


def _action(book: Book, row: Row) -> Row:
    closed = at(row["closed_at"]) if row["closed_at"] else None
    ended = closed is not None and closed < book.ends
    state, due = (row["state"] if ended else "open"), date.fromisoformat(row["due_on"])
    around: Row = {"before": None, "before_weeks": 0, "after": None, "after_weeks": 0}
    if state == "done" and closed is not None:
        around = _around(book, book.into[row["issue_id"]], closed)
    return {
        "action_id": row["action_id"],
        "issue_id": book.into[row["issue_id"]],
        "change": row["change"],
        "owner": row["owner"],
        "due_on": due,
        "state": state,
        "closed_at": closed if ended else None,
        "this_week": book.within(row["closed_at"]),
        "late": not ended and due < book.ends.astimezone(ZONE).date(),
        **around,
        "look": _look(book, row),
    }


def _around(book: Book, issue_id: int, closed: datetime) -> Row:
    """Return contacts a week in the whole weeks, four at most, on either side of the moment an action was done."""
    mine = [row for row in book.counted if row["issue_id"] == issue_id and not book.says(row, "spam") and at(row["posted_at"]) < book.ends]

    def mean(begins: list[datetime]) -> float | None:
        held = [
            {
                (person(row), (at(row["posted_at"]) - begin) // timedelta(days=1))
                for row in mine
                if begin <= at(row["posted_at"]) < begin + WEEK
            }
            for begin in begins
        ]
        return sum(map(len, held)) / len(held) if held else None

    before = min(4, max(0, (closed - (book.first_posted or closed)) // WEEK))
    after = min(4, (book.ends - closed) // WEEK)
    return {
        "before": mean([closed - (number + 1) * WEEK for number in range(before)]),
        "before_weeks": before,
        "after": mean([closed + number * WEEK for number in range(after)]),
        "after_weeks": after,
    }


def _look(book: Book, row: Row) -> Row | None:
    """Return what was said last since the action was done, as it was kept."""
    looks = [one for one in book.rows("tap_look") if one["action_id"] == row["action_id"] and one["done_at"] == row["closed_at"]]
    if not looks:
        return None
    last = max(looks, key=lambda one: int(one["look_id"]))
    kept: dict[str, Any] = json.loads(last["effect"])
    return {
        "verdict": kept["verdict"],
        "reason": kept["reason"],
        "left": kept["left"],
        "avoided": kept["avoided"],
        "came_back": bool(last["came_back"]),
    }


def last_week(book: Book, lines: Lines) -> Lines:
    """Return what became of the three issues that hurt most in the week before."""
    worst = sorted((one for one in lines if pains(one) and one["before"]), key=lambda one: (-one["before"], one["issue_id"]))[:3]
    return [_followed(book, one) for one in worst]


def _followed(book: Book, issue: Row) -> Row:
    mine = [row for row in book.rows("improvement_action") if book.into[row["issue_id"]] == issue["issue_id"]]
    done = [row for row in mine if row["state"] == "done" and book.within(row["closed_at"])]
    said = Counter(how for when, how in our_words(book, issue["issue_id"]) if book.begins <= when < book.ends)
    return {
        "issue_id": issue["issue_id"],
        "then": issue["before"],
        "now": issue["contacts"],
        "actions_made": sum(book.within(row["made_at"]) and row not in done for row in mine),
        "actions_done": len(done),
        "actions_open": sum(row["state"] == "open" and at(row["made_at"]) < book.begins for row in mine),
        "said_in_public": said["update"],
        "answered": said["answer"],
    }
