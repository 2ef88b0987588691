"""The fields of the reply's form, as records. Pure but for reading the request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from starlette.requests import Request

from moderation.inbox.fields import incomplete, number_in, number_of
from moderation.model.reply import HOUSE, VARIABLES, Words
from moderation.model.tone import ToneHit

PART_HEADER = "x-klankbord-part"
"""Sent by our script, which wants a piece of a page, or JSON, instead of a whole one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyForm:
    """What somebody typed, and the version it was typed on."""

    words: Words
    version: int

    def with_text(self, more: str, *, template: str) -> Words:
        """Return the words with a template's text in place of an empty text, else below what stands there."""
        text = f"{self.words.text.rstrip()}\n\n{more}" if self.words.text.strip() else more
        return replace(self.words, text=text, template=template)

    def with_whole(self, text: str) -> Words:
        """Return the words with another text."""
        return replace(self.words, text=text)


def reply_form(request: Request) -> ReplyForm:
    """Return the form's fields. Raises `ActionError` when it is no form of ours."""
    form: dict[str, str] = request.state.form
    version = number_in(form, "version")
    if "text" not in form:
        raise incomplete()
    words = Words(
        text=form["text"].replace("\r\n", "\n").replace("\r", "\n"),
        language=form.get("language", ""),
        signature=form.get("signature", HOUSE),
        template=form.get("template", ""),
    )
    return ReplyForm(words=words, version=version)


def given_values(request: Request) -> dict[str, str]:
    """Return what somebody filled in for a template's names."""
    return {name: request.state.form[f"fill_{name}"] for name in VARIABLES if request.state.form.get(f"fill_{name}", "").strip()}


def put_in(text: str, hits: Sequence[ToneHit], pressed: str) -> str:
    """Return the text with the wording that was pressed ("2.0": the first one offered for the third hit) where the hit stands.

    A press that names nothing changes nothing.
    """
    place, _, choice = pressed.partition(".")
    at, which = number_of(place), number_of(choice)
    if at is None or which is None or at >= len(hits) or which >= len(hits[at].instead):
        return text
    hit = hits[at]
    return text[: hit.start] + hit.instead[which] + text[hit.end :]
