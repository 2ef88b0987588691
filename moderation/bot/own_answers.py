"""/privacy and /forget-me: for whoever uses Discord, colleague or not, about their own account only (RULES P14)."""

from __future__ import annotations

from moderation.bot.buttons import Buttons, Look, link, rows_of
from moderation.bot.call import BotParts
from moderation.bot.cards import Card, embeds_of, harmless
from moderation.bot.said import Said
from moderation.inbox.wording import Wording
from moderation.model.discord_user import Forgotten, KeptOfUser


def privacy(bot: BotParts, words: Wording, user_id: str) -> Said:
    """Say what we keep, why, for how long and whom to ask, and what we have of whoever asks."""
    facts = bot.privacy
    lines = [words.text("privacy.what"), words.text("privacy.why"), words.text("privacy.not")]
    lines += [words.text("privacy.texts" if bot.sees_texts() else "bot.no_intent")]
    lines += [words.count("privacy.days", facts.keep_days, cases=facts.case_days) if facts.keep_days else words.text("privacy.needed")]
    asks = {"controller": harmless(facts.controller, 80), "contact": _as_typed(facts.contact)}
    lines += [words.text("privacy.ask" if facts.contact else "privacy.ask_here", **asks), words.text("privacy.how")]
    cards = [
        Card(title=words.text("privacy.title"), lines=tuple(lines)),
        Card(title=words.text("privacy.yours"), lines=tuple(_yours(words, bot.kept(user_id)))),
    ]
    page = bot.privacy_page
    way = link(words.text("privacy.page"), f"{page}?lang={words.language}") if page.startswith("https://") else None
    return Said(embeds=embeds_of(cards), rows=rows_of(way))


def ask_forget(bot: BotParts, words: Wording, user_id: str, buttons: Buttons) -> Said:
    """Show what would go, what stays and why, and a button that does it; of whom nothing is kept, one with which they are not read."""
    kept = bot.kept(user_id)
    lines = _yours(words, kept)
    if kept.nothing:
        lines += [] if kept.out else [words.text("forget.object")]
        button = None if kept.out else buttons.button("object_me", words.text("object.do"), look=Look.RISKY)
    else:
        lines += [words.text("forget.colleague", who=harmless(kept.colleague, 80))] if kept.colleague else []
        lines += [words.text("forget.copy")] if kept.copy_asked else []
        lines += [words.text("forget.follows"), words.text("forget.stays"), words.text("forget.sure")]
        button = buttons.button("forget_me", words.text("forget.do"), look=Look.RISKY)
    return Said(embeds=embeds_of([Card(title=words.text("forget.title"), lines=tuple(lines))]), rows=rows_of(button))


def forget(bot: BotParts, words: Wording, user_id: str) -> Said:
    """Forget whoever pressed, and say what went, what stays and why. Pressing again finds nothing more."""
    gone = bot.forget(user_id)
    lines = [_begun(words, gone, "forget.done", messages=words.number(gone.messages), rows=words.number(gone.rows))]
    lines += [words.text("forget.unlinked")] if gone.unlinked else []
    return _told(words, [*lines, words.text("forget.follows"), words.text("forget.stays")])


def object_to(bot: BotParts, words: Wording, user_id: str) -> Said:
    """Read nothing more of whoever pressed."""
    return _told(words, [_begun(words, bot.object(user_id), "object.done")])


def _begun(words: Wording, gone: Forgotten, done: str, **given: str) -> str:
    return words.text(done, **given) if gone.done else words.text("forget.under_way", n=gone.request_id)


def _told(words: Wording, lines: list[str]) -> Said:
    return Said(embeds=embeds_of([Card(title=words.text("forget.title"), lines=tuple(lines))]), replaces=True)


def _as_typed(contact: str) -> str:
    """Return our address so that whoever copies it gets every sign of it: in code marks, where nothing is a mark or a ping."""
    return contact if contact.startswith("https://") else f"`{contact.replace('`', '')}`"


def _yours(words: Wording, kept: KeptOfUser) -> list[str]:
    lines = [words.text("forget.under_way", n=kept.forgetting)] if kept.forgetting else []
    lines += [words.text("privacy.out")] if kept.out else []
    if kept.nothing:
        return [words.text("privacy.nothing"), *lines]
    counts = {
        "messages": kept.messages,
        "conversations": kept.conversations,
        "leave": kept.opt_outs + kept.consents,
        "decisions": kept.decisions,
        "more": kept.more,
    }
    told = [f"• {words.text(f'privacy.kept.{name}', n=words.number(number))}" for name, number in counts.items() if number]
    told += [f"• {words.text('privacy.kept.colleague', who=harmless(kept.colleague, 80))}"] if kept.colleague else []
    return told + lines
