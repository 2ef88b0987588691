"""Knowledge by command, beside a running service."""

from __future__ import annotations

import click

from listener.commands.place import Place, json_option, pass_place, print_json, print_line, print_table
from listener.errors import InputError
from listener.text.shorten import shorten
from listener.text.storable import storable
from moderation.commands.desk import agent_option, desk_of
from moderation.model.knowledge import Article, ArticleState
from moderation.workflows.keep_knowledge import ArticleDetail, KeepKnowledge

STATES = [one.value for one in ArticleState]


@click.group("knowledge")
def knowledge_group() -> None:
    """Answers that helped before: suggested from answered conversations, approved by people."""


@knowledge_group.command("list")
@click.argument("words", required=False, default="")
@click.option("--state", type=click.Choice(STATES), help="Only articles in this state.")
@click.option("--language", type=click.Choice(["nl", "en"]), help="Only articles in this language.")
@click.option("--most", default=30, show_default=True, type=click.IntRange(1, 10_000), help="How many to show.")
@json_option
@pass_place
def knowledge_list(place: Place, words: str, state: str | None, language: str | None, most: int, as_json: bool) -> None:
    """List articles, flagged ones first; with WORDS those that share some, the best first."""
    with desk_of(place) as desk:
        states = {"states": [ArticleState(state)]} if state else {}
        found = desk.knowledge.keep.list(words, language=language or "", **states)[:most]
    if as_json:
        print_json(found)
        return
    rows = [
        {
            "id": one.article_id,
            "state": one.state.value,
            "flag": one.flag.value if one.flag else "",
            "language": one.language,
            "evidence": one.evidence,
            "used": one.used,
            "question": shorten(one.question, 70),
        }
        for one in found
    ]
    columns = {name: name for name in ("id", "state", "flag", "language", "evidence", "used", "question")}
    print_table(columns, rows, empty="There are no articles yet.")


@knowledge_group.command("show")
@click.argument("article_id", type=int)
@json_option
@pass_place
def knowledge_show(place: Place, article_id: int, as_json: bool) -> None:
    """Show an article with its versions, what it rests on, and what was done with it."""
    with desk_of(place) as desk:
        found = _found(desk.knowledge.keep, article_id)
    if as_json:
        print_json(found)
        return
    article = found.article
    print_line(
        f"Article {article_id}, {article.state.value}, version {article.version}, {article.language}, {article.evidence} conversations"
    )
    print_line(f"Q: {article.question}")
    print_line(f"A: {article.answer}")
    for version in found.versions:
        print_line(f"version {version.version}: {version.made_by}, {version.made_at:%Y-%m-%d %H:%M} {version.note}")
    for act in found.acts:
        print_line(f"{act.verb}{' (undone)' if act.undone else ''}: {act.made_by}, {act.at:%Y-%m-%d %H:%M}")


@knowledge_group.command("suggest")
@json_option
@pass_place
def knowledge_suggest(place: Place, as_json: bool) -> None:
    """Look at the answered conversations now, and keep what is asked again and again as suggestions."""
    with desk_of(place) as desk:
        done = desk.knowledge.refresh.once()
    if as_json:
        print_json(done)
        return
    print_line(
        f"{done.looked_at} answered conversations: {done.suggested} new suggestions, {done.grown} articles grew, {done.flagged} flagged, "
        f"{done.forgotten} lost words or evidence of removed messages, {done.dropped} suggestions went."
    )


@knowledge_group.command("approve")
@click.argument("article_id", type=int)
@agent_option
@pass_place
def knowledge_approve(place: Place, article_id: int, agent: str) -> None:
    """Let an article be offered beside replies."""
    with desk_of(place) as desk:
        keep = desk.knowledge.keep
        keep.approve(article_id, _found(keep, article_id).article.turn, by=agent)
    print_line(f"Article {article_id} is approved.")


@knowledge_group.command("edit")
@click.argument("article_id", type=int)
@click.option("--question", help="The question, in your own words.")
@click.option("--answer", help="The answer, without names and personal data.")
@click.option("--reason", default="", help="Why it is changed.")
@agent_option
@pass_place
def knowledge_edit(place: Place, article_id: int, question: str | None, answer: str | None, reason: str, agent: str) -> None:
    """Give an article another wording, as a new version; what is not named stays."""
    if question is None and answer is None:
        raise InputError("Name --question, --answer, or both.")
    with desk_of(place) as desk:
        keep = desk.knowledge.keep
        now = _found(keep, article_id).article
        changed: Article = keep.edit(
            article_id,
            now.turn,
            now.question if question is None else storable(question)[0],
            now.answer if answer is None else storable(answer)[0],
            by=agent,
            reason=storable(reason)[0],
            may_approve=True,
        )
    print_line(f"Article {article_id} has version {changed.version} now.")


@knowledge_group.command("retire")
@click.argument("article_id", type=int)
@agent_option
@pass_place
def knowledge_retire(place: Place, article_id: int, agent: str) -> None:
    """Offer an article no more; the same conversations suggest it no second time."""
    with desk_of(place) as desk:
        keep = desk.knowledge.keep
        keep.retire(article_id, _found(keep, article_id).article.turn, by=agent)
    print_line(f"Article {article_id} is retired.")


def _found(keep: KeepKnowledge, article_id: int) -> ArticleDetail:
    found = keep.show(article_id)
    if found is None:
        raise InputError(f"There is no article {article_id}.")
    return found
