"""A question, answer or comment of a Stack Exchange site, as its API gives one → a mention, or why it is none. Pure.

api.stackexchange.com/docs (types question, answer, comment, shallow_user), version 2.3, as of 2026-11. Questions and answers share one
series of numbers on a site, comments have their own ("c" before the number). Titles and names come HTML-escaped, bodies as HTML.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from listener.model.mention import Author, Mention
from listener.model.page import Skip
from listener.sources.fields import moment_of_seconds, number, part, word
from listener.sources.markup import plain_text, unescaped_line

PLATFORM = "stackexchange"
COMMENT = "c"
_QUESTION = re.compile(r"/questions/(\d{1,19})[/#]")


def read_item(item: Mapping[str, Any], realm: str) -> Mention | Skip:
    """Return what an item of a site (`realm` is its host) is."""
    native_id = native_id_of(item)
    if not native_id:
        return Skip(where="item ?", reason="it is neither a question nor an answer nor a comment")
    posted_at = moment_of_seconds(item.get("creation_date"))
    if posted_at is None:
        return Skip(where=f"item {native_id}", reason=f"creation_date is {str(item.get('creation_date'))[:40]!r}, not a time in seconds")
    title = unescaped_line(word(item, "title")) if _is_question(item) else ""
    text = plain_text(word(item, "body")) or html.unescape(word(item, "body_markdown")).strip()
    if not title and not text:
        return Skip(where=f"item {native_id}", reason="it has neither a title nor a text")
    edited_at = moment_of_seconds(item.get("last_edit_date"))
    question = "" if _is_question(item) else word(item, "question_id")
    return Mention(
        platform=PLATFORM,
        realm=realm,
        native_id=native_id,
        title=title,
        text=text,
        posted_at=posted_at,
        edited_at=edited_at if edited_at is not None and edited_at > posted_at else None,
        author=_author(item, realm),
        url=_url(native_id, realm),
        parent_id=word(item, "post_id") if native_id.startswith(COMMENT) else question,
        root_id=question or (_question_above(item) if native_id.startswith(COMMENT) else ""),
    )


def native_id_of(item: Mapping[str, Any]) -> str:
    """Return an item's id on its site, "" when it has none that is a number."""
    for field, before in (("comment_id", COMMENT), ("answer_id", ""), ("question_id", "")):
        if number(item.get(field)):
            return f"{before}{number(item.get(field))}"
    return ""


def active_at(item: Mapping[str, Any]) -> int:
    """Return when something last happened to an item, in seconds since 1970: a listing in that order shows each change at its end."""
    return number(item.get("last_activity_date")) or number(item.get("creation_date"))


def changed_at(item: Mapping[str, Any]) -> datetime | None:
    """Return when an item's own words were last written: a question stirs with each answer, which does not make it new."""
    return moment_of_seconds(item.get("last_edit_date")) or moment_of_seconds(item.get("creation_date"))


def _is_question(item: Mapping[str, Any]) -> bool:
    return not number(item.get("answer_id")) and not number(item.get("comment_id"))


def _author(item: Mapping[str, Any], realm: str) -> Author | None:
    """Return the author by number; None for accounts that are no more, whose name is all that is left."""
    owner = part(item, "owner")
    user_id = word(owner, "user_id")
    if not user_id:
        return None
    return Author(platform=PLATFORM, realm=realm, native_id=user_id, name=unescaped_line(word(owner, "display_name")))


def _question_above(item: Mapping[str, Any]) -> str:
    """Return the question a comment stands under: its link says so, or its post is that question."""
    told = _QUESTION.search(word(item, "link"))
    return told[1] if told else word(item, "post_id") if word(item, "post_type") == "question" else ""


def _url(native_id: str, realm: str) -> str:
    if native_id.startswith(COMMENT):
        return f"https://{realm}/posts/comments/{native_id.removeprefix(COMMENT)}"
    return f"https://{realm}/questions/{native_id}"
