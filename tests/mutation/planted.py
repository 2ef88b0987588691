"""The bugs that `scripts/mutation_outbox` plants: each is one a person could make while mending something else."""

from __future__ import annotations

from dataclasses import dataclass

_GATEWAY_TESTS = ("tests/moderation/outbox/test_gateway.py",)
_RECONCILE_TESTS = ("tests/moderation/outbox/test_reconcile.py",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bug:
    """Replace `sound`, which stands exactly once in `file`, by `wrong`; `tests` have to fail then."""

    name: str
    what: str
    file: str
    sound: str
    wrong: str
    tests: tuple[str, ...]


BUGS: tuple[Bug, ...] = (
    Bug(
        name="retry_on",
        what="an unclear answer counts as not accepted, so that it is sent again",
        file="moderation/outbox/answers.py",
        sound='return Outcome(state=EntryState.UNKNOWN, reason="unclear_answer", note=str(unknown))',
        wrong='return Outcome(state=EntryState.PROVEN_ABSENT, reason="rate_limited", note=str(unknown))',
        tests=_GATEWAY_TESTS,
    ),
    Bug(
        name="hash_check_off",
        what="what leaves is not compared with what was approved",
        file="moderation/outbox/approval.py",
        sound="return entry.approval_hash == approval_hash(entry.post, expires_at=entry.expires_at) and entry.key == idempotency_key(",
        wrong="return bool(entry.approval_hash) or entry.key == idempotency_key(",
        tests=_GATEWAY_TESTS,
    ),
    Bug(
        name="reconcile_off",
        what="a post that is there is not recognised",
        file="moderation/outbox/reconcile.py",
        sound="if one.platform_id not in others and normalised(one.text) == wanted]",
        wrong="if one.platform_id not in others and one.text is None]",
        tests=_RECONCILE_TESTS,
    ),
    Bug(
        name="one_look_is_enough",
        what="an absent post is sent again after the first look",
        file="moderation/outbox/reconcile.py",
        sound="if now - first < self._apart_seconds:",
        wrong="if now - first < 0:",
        tests=_RECONCILE_TESTS,
    ),
    Bug(
        name="compare_and_set_off",
        what="two senders may start one entry",
        file="moderation/ledger/outbox.py",
        sound="free = and_(outbox.c.entry_id == entry.entry_id, outbox.c.version == entry.version, outbox.c.state.in_(_values(SENDABLE)))",
        wrong="free = outbox.c.entry_id == entry.entry_id",
        tests=_GATEWAY_TESTS,
    ),
    Bug(
        name="durability_off",
        what="a commit returns before it is on disk",
        file="listener/ledger/dialect.py",
        sound='"synchronous=FULL"',
        wrong='"synchronous=OFF"',
        tests=("tests/listener/ledger/test_opening.py",),
    ),
    Bug(
        name="start_after_the_send",
        what="a leftover of an earlier life is taken for never started",
        file="moderation/ledger/outbox.py",
        sound='outcome = Outcome(state=EntryState.UNKNOWN, reason="interrupted")\n',
        wrong='outcome = Outcome(state=EntryState.PROVEN_ABSENT, reason="interrupted")\n',
        tests=("tests/crash/test_outbox_crash_points.py",),
    ),
    Bug(
        name="draft_approved_twice",
        what="each press of Send makes another entry",
        file="moderation/ledger/outbox.py",
        sound="opened = (draft.c.draft_id == new.draft_id) & (draft.c.state == DraftState.OPEN.value)",
        wrong="opened = draft.c.draft_id == new.draft_id",
        tests=("tests/moderation/outbox/test_presses.py",),
    ),
    Bug(
        name="kill_switch_off",
        what="the stop file is not looked at",
        file="moderation/outbox/kill_switch.py",
        sound="return STOP_FILE",
        wrong='return ""',
        tests=("tests/moderation/outbox/test_kill_switch.py", *_GATEWAY_TESTS),
    ),
    Bug(
        name="expiry_off",
        what="an approval that ran out is used",
        file="moderation/outbox/gateway.py",
        sound="if entry.expires_at <= now:",
        wrong="if entry.expires_at.year < 1:",
        tests=_GATEWAY_TESTS,
    ),
    Bug(
        name="edited_target_ignored",
        what="an answer leaves although the message it answers says something else by now",
        file="moderation/policy/gate.py",
        sound="elif question.target.content_hash != target.content_hash:",
        wrong="elif not target.content_hash:",
        tests=_GATEWAY_TESTS,
    ),
    Bug(
        name="account_swap_ignored",
        what="another account than the approved one may post",
        file="moderation/policy/gate.py",
        sound="if approved.key != actual.key:",
        wrong="if not approved.key:",
        tests=_GATEWAY_TESTS,
    ),
    Bug(
        name="same_words_twice",
        what="the same text goes twice to one place",
        file="moderation/policy/gate.py",
        sound="if question.facts.same_text > 0:",
        wrong="if question.facts.same_text > 1_000:",
        tests=_GATEWAY_TESTS,
    ),
    Bug(
        name="opt_out_off",
        what="whoever asked to be left alone is written to",
        file="moderation/policy/gate.py",
        sound="    if leave.opted_out and not answers:",
        wrong="    if leave.opted_out and answers:",
        tests=("tests/moderation/workflows/test_opt_outs.py",),
    ),
    Bug(
        name="cap_off",
        what="posts under standing approvals and broadcasts know no limit",
        file="moderation/policy/gate.py",
        sound="        if facts.under_caps_hour >= house.most_per_hour:",
        wrong="        if facts.under_caps_hour < 0:",
        tests=_GATEWAY_TESTS,
    ),
    Bug(
        name="void_standing_used",
        what="a standing approval is not asked again before a send",
        file="moderation/outbox/standing_check.py",
        sound="""        if entry.standing_id is None:
            return ""
        draft = self._drafts.get(entry.draft_id)""",
        wrong="""        if entry.standing_id is not None:
            return ""
        draft = self._drafts.get(entry.draft_id)""",
        tests=("tests/moderation/outbox/test_standing.py",),
    ),
    Bug(
        name="shadow_skipped",
        what="what nobody chose singly leaves without ever being checked",
        file="moderation/workflows/shadow.py",
        sound="""            return False
        return self.figures_of(kind, subject).holds""",
        wrong="""            return True
        return self.figures_of(kind, subject).holds""",
        tests=("tests/moderation/workflows/test_shadow.py",),
    ),
    Bug(
        name="second_approver_off",
        what="who planned a broadcast to many threads approves it alone",
        file="moderation/workflows/send_broadcast.py",
        sound="if self.needs_second(plan) and same_person(who, plan.planned_by):",
        wrong="if self.needs_second(plan) and not who:",
        tests=("tests/moderation/status/test_broadcast.py",),
    ),
    Bug(
        name="restored_ledger_trusted",
        what="a ledger that forgot sends goes on sending",
        file="moderation/outbox/restored.py",
        sound="        if not self._is_older():",
        wrong="        if self._home:",
        tests=("tests/moderation/outbox/test_restored.py",),
    ),
    Bug(
        name="old_key_trusted",
        what="a post is repeated under a key that the platform has forgotten",
        file="moderation/outbox/key_life.py",
        sound="    return key_seconds > 0 and 0 <= age_seconds <= KEY_SAFE * key_seconds",
        wrong="    return key_seconds > 0 or age_seconds < 0",
        tests=("tests/moderation/outbox/test_keys_and_edits.py",),
    ),
    Bug(
        name="feedback_link_reused",
        what="a link to the questions opens after it was used up",
        file="moderation/ledger/feedback.py",
        sound="            if row is None or row.used_at is not None or row.expires_at <= at:",
        wrong="            if row is None or row.expires_at <= at:",
        tests=("tests/moderation/feedback/test_feedback_links.py", "tests/moderation/feedback/test_feedback_pages.py"),
    ),
    Bug(
        name="told_twice",
        what="a second plan tells a thread the same update again",
        file="moderation/ledger/broadcasts.py",
        sound='return "" if told is None else "told"',
        wrong='return ""',
        tests=("tests/moderation/status/test_broadcast.py",),
    ),
)
