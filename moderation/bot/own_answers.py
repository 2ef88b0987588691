"""/privacy and /forget-me: for whoever uses Discord, colleague or not, about their own account only (RULES P14)."""

from __future__ import annotations

from moderation.bot.buttons import Buttons, Look, rows_of
from moderation.bot.call import BotParts
from moderation.bot.cards import Card, embeds_of, harmless
from moderation.bot.said import Said
from moderation.inbox.wording import Wording
from moderation.model.discord_user import KeptOfUser


def privacy(bot: BotParts, words: Wording, user_id: str) -> Said:
    """Say what we keep, why, and what we have of whoever asks."""
    lines = [words.text("privacy.what"), words.text("privacy.why"), words.text("privacy.not")]
    lines += [words.text("privacy.texts" if bot.sees_texts() else "bot.no_intent"), words.text("privacy.how")]
    yours = tuple(_yours(words, bot.kept(user_id)))
    return Said(
        embeds=embeds_of(
            [Card(title=words.text("privacy.title"), lines=tuple(lines)), Card(title=words.text("privacy.yours"), lines=yours)]
        )
    )


def ask_forget(bot: BotParts, words: Wording, user_id: str, buttons: Buttons) -> Said:
    """Show what would go, what stays and why, and a button that does it."""
    kept = bot.kept(user_id)
    lines = (*_yours(words, kept), words.text("forget.follows"), words.text("forget.stays"))
    rows = rows_of(buttons.button("forget_me", words.text("forget.do"), look=Look.RISKY))
    return Said(embeds=embeds_of([Card(title=words.text("forget.title"), lines=lines)]), rows=rows)


def forget(bot: BotParts, words: Wording, user_id: str) -> Said:
    """Forget whoever pressed, and say what went. Pressing again finds nothing more."""
    gone = bot.forget(user_id)
    lines = [words.text("forget.done", messages=words.number(gone.messages), rows=words.number(gone.rows))]
    lines += [words.text("forget.unlinked")] if gone.unlinked else []
    lines += [words.text("forget.follows"), words.text("forget.stays")]
    return Said(embeds=embeds_of([Card(title=words.text("forget.title"), lines=tuple(lines))]), replaces=True)


def _yours(words: Wording, kept: KeptOfUser) -> list[str]:
    if kept.nothing:
        return [words.text("privacy.nothing")]
    counts = {
        "messages": kept.messages,
        "conversations": kept.conversations,
        "leave": kept.opt_outs + kept.consents,
        "decisions": kept.decisions,
    }
    lines = [f"• {words.text(f'privacy.kept.{name}', n=words.number(number))}" for name, number in counts.items() if number]
    return lines + ([f"• {words.text('privacy.kept.colleague', who=harmless(kept.colleague, 80))}"] if kept.colleague else [])
