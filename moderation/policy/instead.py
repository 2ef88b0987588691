"""What somebody can do when a rule of the policy will not let a reply leave. Pure: keys, whose words are with the pages'."""

from __future__ import annotations

_WAYS = {
    "open_there": ("x_summoned", "x_one_reply", "mastodon_addressed", "bluesky_addressed", "reddit_not_listed", "target_not_listed"),
    "read_again": ("target_edited", "target_gone"),
    "there_only": ("private_stays_private",),
    "other_words": ("same_text", "x_similar", "review_link", "reply_with_review_link", "promotion_in_reply", "not_neutral"),
    "leave_alone": ("opted_out", "no_consent", "discord_direct", "discord_only"),
    "name_us": ("sender_not_named", "unsigned", "no_way_out", "undisclosed", "reddit_footer"),
    "ask_admin": ("account_swapped", "account_not_listed", "target_other_platform", "x_ai_approval", "staff_account"),
    "wait": ("loop_breaker", "mastodon_announcements", "whatsapp_window"),
}
_WAY = {rule: way for way, rules in _WAYS.items() for rule in rules}
WAYS = frozenset(_WAYS)


def instead_of(rule: str) -> str:
    """Return the key of what can be done when `rule` refuses a reply; "" where we know nothing better."""
    return _WAY.get(rule, "")
