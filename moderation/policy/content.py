"""What a text may say where and to whom: disclosure, promotion, direct messages, machine-written text. Pure, one function per rule."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from listener.text.folding import folded
from moderation.messages.neutral import review_links, steering_words
from moderation.model.policy import House, Policy, Question
from moderation.model.post import ANSWERING, OutgoingPost, PostKind
from moderation.policy.cost import cost_of, spent
from moderation.policy.similar import ALIKE, most_alike

MACHINE_WRITTEN = "machine_written"
"""In `OutgoingPost.options`: a language model wrote this text, edited by a person or not. The approval binds it with the rest."""
PERSON_EDITED = "person_edited"
"""Beside it: a person changed the text before it was approved. It is recorded; the disclosure stays due."""
PROMPTS = frozenset({PostKind.INVITATION, PostKind.YOU_SAID})
WHATSAPP_WINDOW = timedelta(hours=24)


def discloses(text: str, policy: Policy) -> bool:
    """Return whether a text says that a program posts it or that a model wrote it."""
    plain = folded(text)
    return any(folded(phrase) in plain for phrases in policy.disclosures.values() for phrase in phrases)


def promotes(text: str, policy: Policy) -> tuple[str, ...]:
    """Return what in a text advertises something."""
    return tuple(dict.fromkeys(found for words in policy.promotion_words.values() for found in steering_words(text, words)))


def in_whatsapp_window(heard_at: datetime | None, now: datetime) -> bool:
    """Return whether free text may still be sent: within 24 hours of their last message, 24:00:00 included (RULES P21)."""
    return heard_at is not None and now - heard_at <= WHATSAPP_WINDOW


def machine_text_is_allowed(question: Question, _policy: Policy, house: House) -> Iterator[str]:
    """P3: on X a machine-written text needs the approval that X itself gave, by its id in the settings."""
    post = question.post
    if post.target.platform == "x" and MACHINE_WRITTEN in post.options and _label(question) not in house.ai_approved:
        yield "x_ai_approval"


def other_accounts_say_something_else(question: Question, _policy: Policy, _house: House) -> Iterator[str]:
    """P4: nothing that another account of ours said on X within seven days, or nearly that."""
    if question.post.target.platform == "x" and most_alike(question.post.text, question.facts.leave.elsewhere) >= ALIKE:
        yield "x_similar"


def machine_text_says_so(question: Question, policy: Policy, _house: House) -> Iterator[str]:
    """P35: what a model wrote, and what leaves without a person choosing it singly, says so in the text."""
    post = question.post
    if (MACHINE_WRITTEN in post.options or question.facts.standing) and not discloses(post.text, policy):
        yield "undisclosed"


def reddit_knows_a_program(question: Question, policy: Policy, _house: House) -> Iterator[str]:
    """P13: on Reddit what a program posts carries a footer that says so."""
    post = question.post
    automatic = question.facts.standing or post.kind in PROMPTS
    if post.target.platform == "reddit" and automatic and not discloses(post.text, policy):
        yield "reddit_footer"


def discord_stays_discord(question: Question, policy: Policy, _house: House) -> Iterator[str]:
    """P14: no invitation by direct message on Discord, and no contact elsewhere with somebody we know from there."""
    post = question.post
    if post.target.platform == "discord" and post.target.person and (post.kind in PROMPTS or _asks(post, policy)):
        yield "discord_direct"
    if question.facts.leave.mention_platform == "discord" and post.target.platform != "discord":
        yield "discord_only"


def direct_messages_have_consent(question: Question, policy: Policy, house: House) -> Iterator[str]:
    """P34: a message to one person that promotes or asks for a review needs their consent, our name and a way out."""
    post = question.post
    if not post.target.person or not (post.kind in PROMPTS or promotes(post.text, policy) or _asks(post, policy)):
        return
    plain = folded(f"{post.title}\n{post.text}")
    if not question.facts.leave.consented:
        yield "no_consent"
    if not any(folded(name) in plain for name in house.sender_names if name):
        yield "sender_not_named"
    if not any(folded(phrase) in plain for phrases in policy.ways_out.values() for phrase in phrases):
        yield "no_way_out"


def public_replies_promote_nothing(question: Question, policy: Policy, _house: House) -> Iterator[str]:
    """P31, P34: a reply carries no advertisement and no link to a review site."""
    post = question.post
    if post.kind not in ANSWERING:
        return
    if promotes(post.text, policy) and not question.facts.leave.consented:
        yield "promotion_in_reply"
    if review_links(post.text, policy.review_hosts):
        yield "reply_with_review_link"


def invitations_steer_nobody(question: Question, policy: Policy, _house: House) -> Iterator[str]:
    """P32, P33: no reward and no wished-for judgement in what asks for one, in whichever language."""
    post = question.post
    if post.kind in PROMPTS and any(steering_words(post.text, words) for words in policy.words.values()):
        yield "invitation_steers"


def colleagues_are_not_asked(question: Question, _policy: Policy, house: House) -> Iterator[str]:
    """P32: a colleague's account is no customer; nobody asks it for a review."""
    if question.post.kind is PostKind.INVITATION and set(question.facts.leave.person_keys) & set(house.staff):
        yield "staff_account"


def the_team_signs(question: Question, _policy: Policy, house: House) -> Iterator[str]:
    """P36: where a signature is set, personal and unasked messages carry it. X has no room for one: there the account is the signature."""
    post = question.post
    signed = not house.signature or folded(house.signature) in folded(post.text)
    if post.kind is not PostKind.STATUS_UPDATE and post.target.platform != "x" and not post.edits and not signed:
        yield "unsigned"


def whatsapp_waits_for_them(question: Question, _policy: Policy, _house: House) -> Iterator[str]:
    """P21: free text on WhatsApp only within 24 hours of their last message."""
    leave = question.facts.leave
    if question.post.target.platform == "whatsapp" and (leave.at is None or not in_whatsapp_window(leave.heard_at, leave.at)):
        yield "whatsapp_window"


def spend_is_capped(question: Question, policy: Policy, house: House) -> Iterator[str]:
    """P8: with this post the day stays within what may be spent. Holds, and does not refuse."""
    platform, cost = question.post.target.platform, cost_of(question.post, policy)
    if cost and spent(question.facts.leave.paid_day, platform, policy) + cost > house.x_usd_per_day + 1e-9:
        yield "spend_day"


def _label(question: Question) -> str:
    return f"{question.whoami.platform}:{question.whoami.name}"


def _asks(post: OutgoingPost, policy: Policy) -> bool:
    return bool(review_links(post.text, policy.review_hosts)) or any(word in folded(post.text) for word in policy.review_words)


CONTENT_CHECKS = (
    machine_text_is_allowed,
    other_accounts_say_something_else,
    machine_text_says_so,
    reddit_knows_a_program,
    discord_stays_discord,
    direct_messages_have_consent,
    public_replies_promote_nothing,
    invitations_steer_nobody,
    colleagues_are_not_asked,
    the_team_signs,
    whatsapp_waits_for_them,
)
