"""Shadow, graduation, standing approvals, opt-outs and consent by command."""

from __future__ import annotations

import click

from listener.commands.place import Place, json_option, pass_place, print_json, print_line, print_table
from listener.errors import InputError
from listener.text.shorten import shorten
from moderation.commands.desk import agent_option, desk_of
from moderation.model.leave import Consent, OptOut
from moderation.model.post import PostKind
from moderation.model.shadow import Judged, ShadowFigures, ShadowItem, ShadowKind
from moderation.outbox.standing_check import KINDS

_KINDS = click.Choice([kind.value for kind in ShadowKind])


@click.group("shadow")
def shadow_group() -> None:
    """What would have been posted without a person choosing it singly: check it, and let it graduate."""


@shadow_group.command("list")
@click.option("--kind", type=_KINDS, help="Only this kind.")
@click.option("--checked/--unchecked", "checked", default=None, help="Only what people looked at, or only what they did not.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="How many, newest first.")
@json_option
@pass_place
def shadow_list(place: Place, kind: str | None, checked: bool | None, limit: int, as_json: bool) -> None:
    """List what would have been posted, and how far each template is from graduating."""
    with desk_of(place) as desk:
        waiting = None if checked is None else not checked
        items = desk.shadow.items(kind=ShadowKind(kind) if kind else None, waiting=waiting, limit=limit)
        figures = desk.shadow.figures()
    if as_json:
        print_json({"items": items, "figures": figures})
        return
    for one in figures:
        print_line(_figures_line(one))
    columns = {"item": "item", "kind": "kind", "where": "where", "text": "text", "checked": "checked"}
    print_table(columns, [_row(item) for item in items], empty="Nothing is in shadow.")


@shadow_group.command("review")
@click.argument("shadow_id", type=int)
@click.option("--right", "judged", flag_value="right", help="It would have been right to post this here.")
@click.option("--wrong", "judged", flag_value="wrong", help="It would have been wrong; say why with --note.")
@click.option("--note", default="", help="What is wrong with it.")
@agent_option
@json_option
@pass_place
def shadow_review(place: Place, shadow_id: int, judged: str | None, note: str, agent: str, as_json: bool) -> None:
    """Look at one item whole; with --right or --wrong, keep your verdict."""
    with desk_of(place) as desk:
        item = desk.shadow.item(shadow_id)
        if judged is not None:
            item = desk.shadow.review(shadow_id, Judged(judged), agent, note=note)
        figures = desk.shadow.figures_of(item.kind, item.subject)
    if as_json:
        print_json({"item": item, "figures": figures})
        return
    target = item.post.target
    print_line(f"Shadow {item.shadow_id} ({item.kind.value}, {item.template or 'no template'}): {target.platform} {target.realm}")
    print_line(item.post.text)
    for name, value in item.why.items():
        print_line(f"  {name}: {value}")
    print_line(_figures_line(figures))


@shadow_group.command("graduate")
@click.argument("kind", type=_KINDS)
@click.argument("subject")
@click.option("--yes", is_flag=True, help="Needed: it may leave by itself from then on.")
@agent_option
@json_option
@pass_place
def shadow_graduate(place: Place, kind: str, subject: str, yes: bool, agent: str, as_json: bool) -> None:
    """Let SUBJECT (a template with its digest, as `shadow list` shows it) go live, when enough of it was right."""
    if not yes:
        raise InputError("From then on it may leave without anybody choosing it singly. Add --yes.")
    with desk_of(place) as desk:
        given = desk.shadow.graduate(ShadowKind(kind), subject, agent)
    if as_json:
        print_json(given)
    else:
        print_line(f"{subject} graduated: {given.right} of {given.checked} checked were right. A changed template starts again.")


@click.group("standing")
def standing_group() -> None:
    """Standing approvals: leave given once for what a graduated template says."""


@standing_group.command("give")
@click.argument("kind", type=click.Choice([kind.value for kind in KINDS]))
@click.argument("template")
@click.option("--language", type=click.Choice(["nl", "en"]), default="nl", show_default=True, help="Whose text.")
@click.option("--account", "accounts", multiple=True, metavar="PLATFORM:NAME", help="From this account. Repeatable; none: all of them.")
@click.option("--days", type=float, default=30.0, show_default=True, help="How long it holds, 90 at most.")
@click.option("--per-hour", type=int, help="Cap per hour, below the house's.")
@click.option("--per-day", type=int, help="Cap per day, below the house's.")
@click.option("--yes", is_flag=True, help="Needed: it posts by itself from then on.")
@agent_option
@json_option
@pass_place
def standing_give(
    place: Place,
    kind: str,
    template: str,
    language: str,
    accounts: tuple[str, ...],
    days: float,
    per_hour: int | None,
    per_day: int | None,
    yes: bool,
    agent: str,
    as_json: bool,
) -> None:
    """Approve whatever TEMPLATE renders, after it graduated in shadow."""
    if not yes:
        raise InputError("Posts leave by themselves under a standing approval. Add --yes.")
    with desk_of(place) as desk:
        given = desk.standing.give(
            PostKind(kind),
            template,
            language,
            agent,
            account_names=accounts,
            days=days,
            most_per_hour=per_hour,
            most_per_day=per_day,
            four_eyes=desk.settings.outbox.four_eyes,
        )
    if as_json:
        print_json(given)
    else:
        print_line(f"Standing approval {given.standing_id} until {given.expires_at:%Y-%m-%d %H:%M} UTC. It ends when the template changes.")


@standing_group.command("list")
@json_option
@pass_place
def standing_list(place: Place, as_json: bool) -> None:
    """List standing approvals, ended ones too."""
    with desk_of(place) as desk:
        given = desk.standing.list()
    if as_json:
        print_json(given)
        return
    rows = [
        {
            "id": one.standing_id,
            "kind": one.kind.value,
            "template": one.version,
            "by": one.given_by,
            "until": f"{one.expires_at:%Y-%m-%d %H:%M}",
            "ended": one.void_reason or "-",
        }
        for one in given
    ]
    columns = {"id": "id", "kind": "kind", "template": "template", "by": "given by", "until": "until (UTC)", "ended": "ended because"}
    print_table(columns, rows, empty="No standing approval was ever given.")


@standing_group.command("void")
@click.argument("standing_id", type=int)
@click.option("--why", default="", help="Why it ends.")
@agent_option
@pass_place
def standing_void(place: Place, standing_id: int, why: str, agent: str) -> None:
    """End a standing approval at once."""
    with desk_of(place) as desk:
        desk.standing.void(standing_id, agent, why)
    print_line(f"Standing approval {standing_id} has ended.")


@click.group("leave")
def leave_group() -> None:
    """Who asked to be left alone, and who agreed to what. People are named by their key: PLATFORM/REALM/ID."""


@leave_group.command("list")
@json_option
@pass_place
def leave_list(place: Place, as_json: bool) -> None:
    """List opt-outs that stand, and consents."""
    with desk_of(place) as desk:
        outs, consents = desk.leave.opt_outs(), desk.leave.consents()
    if as_json:
        print_json({"opt_outs": outs, "consents": consents})
        return
    rows = [{"person": one.person_key, "what": f"left alone ({one.how})", "since": f"{one.at:%Y-%m-%d %H:%M}"} for one in outs]
    rows += [
        {
            "person": one.person_key,
            "what": f"{'withdrew' if one.withdrawn_at else 'agreed to'} {one.channel} ({one.wording})",
            "since": f"{one.withdrawn_at or one.given_at:%Y-%m-%d %H:%M}",
        }
        for one in consents
    ]
    print_table({"person": "person", "what": "what", "since": "since (UTC)"}, rows, empty="Nobody opted out or agreed to anything.")


@leave_group.command("add")
@click.argument("person_key")
@click.option("--note", default="", help="How they said it.")
@agent_option
@pass_place
def leave_add(place: Place, person_key: str, note: str, agent: str) -> None:
    """Leave somebody alone from now on."""
    with desk_of(place) as desk:
        new = OptOut(person_key=_key(person_key), at=desk.clock.now(), how="hand", noted_by=agent, note=note)
        desk.leave.add_opt_out(new)
    print_line(f"{person_key} is left alone. Only an answer to a new question of theirs may still leave.")


@leave_group.command("remove")
@click.argument("person_key")
@click.option("--why", required=True, help="Their own wish, and how they said so.")
@agent_option
@pass_place
def leave_remove(place: Place, person_key: str, why: str, agent: str) -> None:
    """Take an opt-out back, at that person's own wish."""
    with desk_of(place) as desk:
        if not desk.leave.end_opt_out(_key(person_key), who=agent, at=desk.clock.now(), why=why):
            raise InputError(f"{person_key} has no opt-out that stands.")
    print_line(f"{person_key} may be contacted again.")


@leave_group.command("consent")
@click.argument("person_key")
@click.argument("channel")
@click.option("--wording", help="What they agreed to, with its version, such as 'feedback by mail, 1'.")
@click.option("--source", default="", help="Where they said so.")
@click.option("--withdraw", is_flag=True, help="They no longer agree.")
@agent_option
@pass_place
def leave_consent(place: Place, person_key: str, channel: str, wording: str | None, source: str, withdraw: bool, agent: str) -> None:
    """Note what somebody agreed to on CHANNEL (a platform: mail, discord, whatsapp …), or that they withdrew it."""
    with desk_of(place) as desk:
        now = desk.clock.now()
        if withdraw:
            if not desk.leave.withdraw(_key(person_key), channel, who=agent, at=now):
                raise InputError(f"{person_key} never agreed to {channel}.")
        elif wording:
            new = Consent(person_key=_key(person_key), channel=channel, wording=wording, given_at=now, noted_by=agent, source=source)
            desk.leave.add_consent(new)
        else:
            raise InputError("Say what they agreed to with --wording, or add --withdraw.")
    print_line("Noted.")


def _key(text: str) -> str:
    if text.count("/") < 2 or not all(text.split("/")):
        raise InputError(f"{text!r} is not a person; write PLATFORM/REALM/ID, as `klankbord leave list` shows them.")
    return text


def _figures_line(one: ShadowFigures) -> str:
    bar, state = one.bar, "in shadow"
    if not one.current:
        state = "no longer in use"
    elif one.graduation:
        state = "graduated"
    elif one.holds:
        state = "can graduate"
    progress = f"{one.right} of {one.checked} right, needed {bar.needs_checked} with {bar.needs_right:.0%} right"
    return f"{one.kind.value} {one.subject or '(no template)'}: {state}; {progress}; {one.waiting} to check"


def _row(item: ShadowItem) -> dict[str, object]:
    target = item.post.target
    return {
        "item": item.shadow_id,
        "kind": item.kind.value,
        "where": f"{target.platform} {target.realm} {target.thread_id}",
        "text": shorten(item.post.text, 60),
        "checked": f"{item.check.judged.value} by {item.check.by}" if item.check else "-",
    }
