"""What each platform takes, once: a real publisher and its simulated twin read the same lines."""

from __future__ import annotations

import math
from dataclasses import dataclass

from moderation.model.post import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformTraits:
    """What a platform is like for somebody who posts. The fields are those of `Publisher`; `title_most`: characters of a title, 0: none."""

    limits: Limits
    native_key: bool = False
    key_seconds: float = 0.0
    looks_back: bool = True
    can_edit: bool = False
    can_remove: bool = False
    title_most: int = 0


REDDIT = PlatformTraits(limits=Limits(most=10_000), can_edit=True, can_remove=True, title_most=300)
"""Comments: 10,000 characters (a submission's text may have 40,000; the smaller holds for both). No key: nothing drops a repeat.

Source: reddit.com/dev/api, POST /api/comment, POST /api/submit ("title of the submission. up to 300 characters long"), read 2026-11-25.
"""
X = PlatformTraits(limits=Limits(most=280, counts="weighted"), can_remove=True)
"""280 weighted characters (twitter-text config/v3.json, read 2026-11-25). No key; the same text again is refused. Edits: not by program."""
DISCORD = PlatformTraits(limits=Limits(most=2_000), native_key=True, key_seconds=120.0, can_edit=True, can_remove=True, title_most=100)
"""2,000 code points (the API counts Python strings: discord/discord-api-docs issue 1315, answer of 2020-01-23); a thread's name 1 to 100.

A nonce with `enforce_nonce` is known for "the past few minutes" (docs.discord.com, Create Message, read 2026-11-25); 2 are relied on.
"""
MASTODON = PlatformTraits(limits=Limits(most=500, counts="mastodon"), native_key=True, key_seconds=3_000.0, can_edit=True, can_remove=True)
"""500 unless the server says otherwise. An Idempotency-Key is known for up to an hour (docs.joinmastodon.org, read 2026-11-25); 50 minutes
are relied on (RULES 2.2)."""
BLUESKY = PlatformTraits(limits=Limits(most=300, counts="graphemes"), native_key=True, key_seconds=math.inf, can_remove=True)
"""300 graphemes (lexicon app.bsky.feed.post); our own record key makes a repeat the same record, for ever. A reply is not edited."""
MATRIX = PlatformTraits(limits=Limits(most=60_000, counts="bytes"), native_key=True, key_seconds=1_800.0, can_edit=True, can_remove=True)
"""An event has at most 65,536 bytes (Matrix specification 1.x, size limits); the rest is for what surrounds the text.

The transaction id is the key, for one device's token. The specification says for how long nowhere: Synapse 1.163 keeps it a day in its
database (events_worker.py), Dendrite half an hour in memory; half an hour is relied on."""
DISCOURSE = PlatformTraits(limits=Limits(most=32_000), can_edit=True, can_remove=True, title_most=255)
"""max_post_length 32,000 and max_topic_title_length 255 unless the forum says otherwise (Discourse, config/site_settings.yml)."""
MAIL = PlatformTraits(limits=Limits(most=100_000), looks_back=False, title_most=200)
"""No platform's limit: a length that no reply needs. What left cannot be looked up afterwards."""
WEBHOOK = PlatformTraits(limits=Limits(most=100_000), native_key=True, key_seconds=math.inf, looks_back=False, title_most=300)
"""The receiver gets our key and has to drop repeats itself; what it took cannot be looked up."""

TRAITS = {
    "reddit": REDDIT,
    "x": X,
    "discord": DISCORD,
    "mastodon": MASTODON,
    "bluesky": BLUESKY,
    "matrix": MATRIX,
    "discourse": DISCOURSE,
    "mail": MAIL,
    "webhook": WEBHOOK,
}
"""All of them, by the platform's name in `Target.platform` and in the settings."""
