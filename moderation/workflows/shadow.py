"""Shadow first: note what would be posted, let people check it, and let it go live only when enough of it was right."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace

from listener.errors import NotAllowed
from listener.ports import Clock
from moderation.ledger.shadow import ShadowLedger
from moderation.ledger.standing import StandingLedger
from moderation.messages.render import PublicWording
from moderation.model.outbox import NewDraft, post_of
from moderation.model.post import Target
from moderation.model.shadow import Bar, Check, Graduation, Judged, NewShadow, ShadowFigures, ShadowItem, ShadowKind
from moderation.outbox.accounts import Accounts
from moderation.outbox.same_text import text_key
from moderation.policy.people import person_of

BROADCAST_TEMPLATES = "status_update_"
ALL_STATUS_UPDATES = "status_updates"


class Shadow:
    """What no person wrote or chose singly goes through here: `record` it always, post it only when `graduated` says so.

    A graduation is a record given by a person on figures that hold, and it is for one subject: one template with its digest, all status
    templates together (broadcasts), or one rule with its digest. Another digest is another subject, with nothing checked yet. No setting
    makes a graduation; settings can only ask for more than the floors in `moderation.model.shadow`.
    """

    def __init__(
        self,
        ledger: ShadowLedger,
        accounts: Accounts,
        clock: Clock,
        *,
        wording: Mapping[str, PublicWording],
        bar: Bar | None = None,
        standing: StandingLedger | None = None,
    ) -> None:
        self._ledger = ledger
        self._accounts = accounts
        self._clock = clock
        self._wording = wording
        self._bar = bar or Bar()
        self._standing = standing

    def record(self, what: ShadowKind, draft: NewDraft, *, why: Mapping[str, object]) -> ShadowItem:
        """Keep what would be posted, and return it. Its `live` tells whether it may go on to the outbox (its subject has graduated).

        The same words to the same place are kept once per kind, however often a restart decides it again. `why` holds the facts behind
        the decision. Noted again, `live` says how it stands now. Raises `NotAllowed` when no account posts there: nothing would leave.
        """
        post = post_of(draft, self._accounts.for_target(draft.target).account)
        subject = self.subject_of(what, draft.template)
        live = self._in_force(what, subject)
        item, _ = self._ledger.add(
            NewShadow(
                kind=what,
                subject=subject,
                post=post,
                language=draft.language,
                template=draft.template,
                why={key: str(value) for key, value in why.items()},
                at=self._clock.now(),
                key=_key(what, subject, draft.target, draft.text),
                live=live,
                case_id=draft.case_id,
                issue_id=draft.issue_id,
            )
        )
        if live and not item.live:
            self._ledger.mark_live(item.shadow_id)
        return replace(item, live=live)

    def graduated(self, kind: ShadowKind, template: str = "") -> bool:
        """Return whether this kind may go live with `template` ("name@digest").

        Without a template: whether every template of this kind that is in use now and was ever in shadow has graduated, and there is one.
        """
        if template or kind is ShadowKind.BROADCAST:
            return self._in_force(kind, self.subject_of(kind, template))
        current = [subject for known, subject in self._ledger.subjects() if known is kind and self._is_current(kind, subject)]
        return bool(current) and all(self._in_force(kind, subject) for subject in current)

    def subject_of(self, kind: ShadowKind, template: str) -> str:
        """Return what graduates: the template, or for broadcasts all status templates of all languages together."""
        if kind is not ShadowKind.BROADCAST:
            return template
        versions = sorted(
            f"{language}/{words.version(name)}"
            for language, words in self._wording.items()
            for name in words.names
            if name.startswith(BROADCAST_TEMPLATES)
        )
        return f"{ALL_STATUS_UPDATES}@{hashlib.sha256(json.dumps(versions).encode()).hexdigest()[:16]}"

    def items(self, *, kind: ShadowKind | None = None, waiting: bool | None = None, limit: int | None = None) -> list[ShadowItem]:
        """Return shadow items, newest first; `waiting`: True those that nobody checked yet."""
        return self._ledger.items(kind=kind, waiting=waiting, limit=limit)

    def item(self, shadow_id: int) -> ShadowItem:
        """Return a shadow item. Raises `NotAllowed` when there is none."""
        found = self._ledger.get(shadow_id)
        if found is None:
            raise NotAllowed(f"There is no shadow item {shadow_id}.")
        return found

    def review(self, shadow_id: int, judged: Judged, who: str, *, note: str = "") -> ShadowItem:
        """Keep a person's verdict, and take the graduation back when too much of late was wrong.

        Raises `NotAllowed` without such an item, without a person, or when a wrong one comes without a note that says what was wrong.
        """
        self.item(shadow_id)
        if not who.strip():
            raise NotAllowed("Only a person can check a shadow item; say who you are with --as NAME.")
        if judged is Judged.WRONG and not note.strip():
            raise NotAllowed("Say in a few words what is wrong with it: that is what makes the next one better.")
        self._ledger.judge(shadow_id, Check(judged=judged, by=who, at=self._clock.now(), note=note.strip()))
        item = self.item(shadow_id)
        self._take_back_if_wrong(item.kind, item.subject, who)
        return item

    def figures(self) -> list[ShadowFigures]:
        """Return how every subject stands, those in use first."""
        found = [self.figures_of(kind, subject) for kind, subject in self._ledger.subjects()]
        return sorted(found, key=lambda one: (not one.current, one.kind.value, one.subject))

    def figures_of(self, kind: ShadowKind, subject: str) -> ShadowFigures:
        """Return how one subject stands, by its most recently checked items."""
        recorded, waiting = self._ledger.counts(kind, subject)
        checks = self._ledger.newest_checks(kind, subject, self._bar.needs_checked)
        return ShadowFigures(
            kind=kind,
            subject=subject,
            recorded=recorded,
            waiting=waiting,
            checked=len(checks),
            right=sum(1 for check in checks if check.judged is Judged.RIGHT),
            reviewers=len({person_of(check.by) for check in checks}),
            bar=self._bar,
            current=self._is_current(kind, subject),
            graduation=self._ledger.graduation(kind, subject),
        )

    def graduate(self, kind: ShadowKind, subject: str, who: str) -> Graduation:
        """Let a subject go live, on the figures of now. Raises `NotAllowed` when they do not hold, or the template changed since."""
        figures, bar = self.figures_of(kind, subject), self._bar
        if not who.strip():
            raise NotAllowed("Only a person can let something graduate; say who you are with --as NAME.")
        if not figures.recorded:
            raise NotAllowed(f"Nothing of {kind.value} {subject or '(no template)'} was ever in shadow.")
        if not subject or not figures.current:
            raise NotAllowed(f"{subject or 'A text without a template'} is not in use now; what was checked is not what would be posted.")
        if not figures.holds:
            raise NotAllowed(
                f"Not yet: of the latest {figures.checked} checked, {figures.right} were right, by {figures.reviewers} people. Needed: "
                f"{bar.needs_checked} checked, {bar.needs_right:.0%} of them right, by at least {bar.reviewers}."
            )
        return self._ledger.graduate(
            Graduation(
                graduation_id=0,
                kind=kind,
                subject=subject,
                checked=figures.checked,
                right=figures.right,
                given_by=who,
                given_at=self._clock.now(),
            )
        )

    def _in_force(self, kind: ShadowKind, subject: str) -> bool:
        """A graduation is worth what its figures and its template are worth now, so both are looked at each time."""
        if not subject or self._ledger.graduation(kind, subject) is None or not self._is_current(kind, subject):
            return False
        return self.figures_of(kind, subject).holds

    def _is_current(self, kind: ShadowKind, subject: str) -> bool:
        if kind is ShadowKind.BROADCAST:
            return subject == self.subject_of(kind, "")
        name, _, _ = subject.partition("@")
        if kind is ShadowKind.RULE:
            return bool(name)  # a rule's digest is part of what it records: another rule text is another subject
        return any(name in words.names and words.version(name) == subject for words in self._wording.values())

    def _take_back_if_wrong(self, kind: ShadowKind, subject: str, who: str) -> None:
        standing = self._ledger.graduation(kind, subject)
        if standing is not None and not self.figures_of(kind, subject).holds:
            self._ledger.take_back(standing.graduation_id, reason="too_many_wrong", who=who, at=self._clock.now())
            self.void_what_fell(who)

    def void_what_fell(self, who: str = "schedule") -> tuple[int, ...]:
        """End the standing approvals whose template changed or is no longer graduated, and return their ids."""
        ended = []
        for one in self._standing.all() if self._standing is not None else ():
            if one.void_reason or self._in_force(ShadowKind(one.kind.value), one.version):
                continue
            reason = "graduation taken back" if self._is_current(ShadowKind(one.kind.value), one.version) else "the template changed"
            if self._standing is not None and self._standing.make_void(one.standing_id, reason=reason, who=who, at=self._clock.now()):
                ended.append(one.standing_id)
        return tuple(ended)


def _key(kind: ShadowKind, subject: str, target: Target, text: str) -> str:
    place = [target.platform, target.realm, target.thread_id, target.parent_id, target.person]
    return hashlib.sha256(json.dumps([kind.value, subject, place, text_key(text)]).encode()).hexdigest()
