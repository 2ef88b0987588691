"""Invitations by command: who was asked and why, who was not and why not, quiet times, the standing text, and deciding now."""

from __future__ import annotations

import click

from listener.commands.place import Place, json_option, pass_place, print_json, print_line, print_table
from listener.errors import InputError
from listener.text.shorten import shorten
from moderation.commands.desk import agent_option, desk_of, send_option
from moderation.commands.posting import approve_or_show
from moderation.inviting import WORDS
from moderation.ledger.invitations import ASKED, ASKING, NEVER, WAITING
from moderation.messages.asked import against, in_favour, numbers_of
from moderation.messages.snippet import FORMATS, written
from moderation.model.invitation import JourneyKind, KeptDecision, QuietTime
from moderation.workflows.load_wording import load_words

_LANGUAGE = click.Choice(["nl", "en"])


@click.group("invite")
def invite_group() -> None:
    """Neutral invitations: complaint, compliment or review, all welcome."""


@invite_group.command("draft")
@click.argument("mention_id", type=int)
@click.option("--language", type=_LANGUAGE, default="nl", show_default=True, help="Language of the invitation.")
@send_option
@agent_option
@json_option
@pass_place
def invite_draft(place: Place, mention_id: int, language: str, send: bool, agent: str, as_json: bool) -> None:
    """Draft an invitation for the thread of a mention. It is never chosen by what somebody feels."""
    with desk_of(place) as desk:
        draft = desk.invitations.draft(mention_id, language, agent)
    approve_or_show(place, draft, send=send, agent=agent, as_json=as_json)


@invite_group.command("list")
@click.option("--state", "states", multiple=True, type=click.Choice([WAITING, ASKING, ASKED, NEVER]), help="Only these. Repeatable.")
@click.option("--kind", type=click.Choice([kind.value for kind in JourneyKind]), help="Only this kind of event.")
@click.option("--most", type=click.IntRange(1, 10_000), default=50, show_default=True, help="At most so many, newest first.")
@json_option
@pass_place
def invite_list(place: Place, states: tuple[str, ...], kind: str | None, most: int, as_json: bool) -> None:
    """List the latest decision about each event: the three numbers, and the first reason."""
    with desk_of(place) as desk:
        found = desk.inviting.ledger.decisions(states=states, kind=JourneyKind(kind) if kind else None, limit=most)
        counts = desk.inviting.ledger.counts()
    if as_json:
        print_json({"counts": counts, "decisions": found})
        return
    words = load_words("en", WORDS)
    columns = {"event": "event", "what": "what", "place": "place", "answer": "answer", "map": "B=MAP", "why": "reason"}
    print_table(columns, [_row(one, words) for one in found], empty="Nothing happened yet that would be a reason to ask.")


@invite_group.command("why")
@click.argument("event_id", type=int)
@click.option("--language", type=_LANGUAGE, default="en", show_default=True, help="Language of the reasons.")
@json_option
@pass_place
def invite_why(place: Place, event_id: int, language: str, as_json: bool) -> None:
    """Show every decision about one event, with all that was weighed, for asking and against it."""
    with desk_of(place) as desk:
        found = desk.inviting.ledger.history(event_id)
    if not found:
        raise InputError(f"There is no event {event_id} that was decided about; `klankbord invite list` shows which there are.")
    if as_json:
        print_json(found)
        return
    words = load_words(language, WORDS)
    for one in found:
        _say(one, words)


@invite_group.command("decide")
@json_option
@pass_place
def invite_decide(place: Place, as_json: bool) -> None:
    """Look at all events now, as the service does every few minutes. Without graduation everything stays in shadow."""
    with desk_of(place) as desk:
        done = desk.decide_invitations()
    if as_json:
        print_json(done)
    else:
        print_line(f"{done.found} new events; {done.asked} to ask, {done.waiting} now waiting, {done.never} never.")


@invite_group.command("quiet")
@json_option
@pass_place
def invite_quiet(place: Place, as_json: bool) -> None:
    """Show how long each channel has to be quiet before anybody is asked, learned from its own replies."""
    with desk_of(place) as desk:
        found = list(desk.inviting.decide.quiet().values())
    if as_json:
        print_json(found)
        return
    columns = {
        "channel": "channel",
        "hours": "quiet",
        "interval": "95 % interval",
        "replies": "replies",
        "open": "still open",
        "own": "own",
    }
    print_table(columns, [_quiet_row(one) for one in found], empty="Nothing was learned yet.")


@invite_group.command("snippet")
@click.option("--format", "form", type=click.Choice(FORMATS), default="html", show_default=True, help="Where it will be pasted.")
@click.option("--language", type=_LANGUAGE, default="nl", show_default=True, help="Language of the text.")
@pass_place
def invite_snippet(place: Place, form: str, language: str) -> None:
    """Print the standing text for a thread, a site or a forum footer: complaint, compliment or review, all welcome."""
    with desk_of(place) as desk:
        print_line(written(desk.inviting.standing.snippet(language), form))


def _row(one: KeptDecision, words: dict[str, str]) -> dict[str, object]:
    reasons = against(one.decision, words) or in_favour(one.decision, words)
    event = one.event
    return {
        "event": event.event_id,
        "what": words[f"kind.{event.kind.value}"],
        "place": shorten(f"{event.platform} {event.realm}", 32),
        "answer": words[f"answer.{one.decision.answer.value}"],
        "map": " ".join(f"{value:.2f}" for _, value in numbers_of(one.decision)),
        "why": shorten(reasons[0], 70) if reasons else "",
    }


def _say(one: KeptDecision, words: dict[str, str]) -> None:
    numbers = ", ".join(f"{words[f'factor.{factor.value}']} {value:.2f}" for factor, value in numbers_of(one.decision))
    print_line(f"{one.at:%Y-%m-%d %H:%M} UTC  {words[f'answer.{one.decision.answer.value}']}  ({numbers})")
    for sentence in in_favour(one.decision, words):
        print_line(f"  + {sentence}")
    for sentence in against(one.decision, words):
        print_line(f"  - {sentence}")
    if one.text:
        print_line(f"  shadow {one.shadow_id}" if one.draft_id is None else f"  draft {one.draft_id}")
        print_line("\n".join(f"  | {line}" for line in one.text.splitlines()))


def _quiet_row(one: QuietTime) -> dict[str, object]:
    return {
        "channel": f"{one.platform} {one.realm}".strip() or "all",
        "hours": f"{one.hours:.1f} h",
        "interval": f"{one.low_hours:.1f} to {one.high_hours:.1f} h",
        "replies": one.replies,
        "open": one.open_gaps,
        "own": f"{one.own:.0%}",
    }
