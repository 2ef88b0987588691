"""Questions that need insight, answered the same way for a command on a free home and for one that asks the running service."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from listener.digest.markdown import digest_markdown
from listener.digest.reason import reason_sentence
from listener.digest.summary import summary_of
from listener.digest.terminal import digest_terminal
from listener.errors import InputError
from listener.model.plain import plain
from listener.model.search import Within
from listener.parts import Listening
from listener.settings.wording import templates
from listener.workflows.choose_issues import Wanted, choose_issues
from listener.workflows.gather_figures import issue_detail, list_issues
from listener.workflows.rebuild_insight import catch_up

MODEL_SECONDS = 60.0

Question = Callable[[Listening, Mapping[str, Any]], Any]


def _as_of(parts: Listening, given: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(given["as_of"]) if given.get("as_of") else parts.clock.now()


def _issues(parts: Listening, given: Mapping[str, Any]) -> Any:
    catch_up(parts.ledger, parts.insight, model_id=parts.model_id)
    figures = list_issues(
        parts.ledger, parts.insight, as_of=_as_of(parts, given), period_days=int(given.get("days", 14)), zone=parts.settings.zone
    )
    return [plain(one) for one in choose_issues(figures, _wanted(given))]


def _wanted(given: Mapping[str, Any]) -> Wanted:
    texts = {name: str(given[name]) for name in ("language", "brand", "search", "sort") if given.get(name)}
    return Wanted(states=tuple(given.get("states") or ()), most=given.get("most"), **texts)


def _issue(parts: Listening, given: Mapping[str, Any]) -> Any:
    catch_up(parts.ledger, parts.insight, model_id=parts.model_id)
    detail = issue_detail(
        parts.ledger,
        parts.insight,
        int(given["issue_id"]),
        as_of=_as_of(parts, given),
        zone=parts.settings.zone,
        pseudonym_key=parts.pseudonym_key,
    )
    if detail is None:
        raise InputError(_why_not_shown(parts, int(given["issue_id"])))
    acts = parts.ledger.issues.acts(int(given["issue_id"]))
    reason = reason_sentence(detail.signals[0], "en") if detail.signals else ""
    language = "nl" if parts.settings.digest.language == "nl" else "en"
    summary = summary_of(detail.figures, language=language, zone=parts.settings.zone, templates=templates(language))
    return {**plain(detail), "summary": summary, "reason": reason, "acts": plain(acts)}


def _why_not_shown(parts: Listening, issue_id: int) -> str:
    known = parts.ledger.issues.get(issue_id)
    if known is None:
        return f"There is no issue {issue_id}; `klankbord issues` lists them."
    if known.merged_into is not None:
        return f"Issue {issue_id} is part of issue {known.merged_into} now: `klankbord issue show {known.merged_into}`."
    return f"Issue {issue_id} (“{known.title}”) has no mention up to then."


def _digest(parts: Listening, given: Mapping[str, Any]) -> Any:
    catch_up(parts.ledger, parts.insight, model_id=parts.model_id)
    as_of = _as_of(parts, given)
    language = given.get("language") or parts.settings.digest.language
    figures = parts.figures(as_of - timedelta(hours=float(given.get("hours", 24))), as_of)
    if given.get("format") == "json":
        return plain(figures)
    write = digest_markdown if given.get("format") == "markdown" else digest_terminal
    return write(figures, language=language, zone=parts.settings.zone, templates=templates(language))


def _search(parts: Listening, given: Mapping[str, Any]) -> Any:
    """A command may wait for the model: it is loaded for this one question when no service runs."""
    parts.search.keep()
    named = {name: str(given.get(name) or "") for name in ("brand", "platform", "language")}
    within = Within(brand=named["brand"], platform=named["platform"], language=named["language"])
    meaning = bool(given.get("meaning"))
    finds = parts.search.find(
        str(given["typed"]), within, words=not meaning, meaning=meaning, most=int(given["most"]), wait_seconds=MODEL_SECONDS
    )
    alike = dict(finds.meaning)
    ids = list(alike) if meaning else list(finds.words)
    stored = {one.mention_id: one for one in parts.ledger.mentions.by_ids(ids)}
    about = parts.ledger.issues.placed_in(stored)
    found = [
        {
            "mention_id": one,
            "posted_at": plain(stored[one].mention.posted_at),
            "platform": stored[one].mention.platform,
            "brands": [hit.brand for hit in stored[one].hits],
            "text": stored[one].mention.text,
            "url": stored[one].mention.url,
            "issue_id": about.get(one),
            "alike": alike.get(one),
        }
        for one in ids
        if one in stored
    ]
    return {"found": found, "more": finds.more_words, "meaning": finds.meaning_state.value, "words": bool(finds.terms)}


ANSWERS: dict[str, Question] = {"issues": _issues, "issue": _issue, "digest": _digest, "search": _search}
