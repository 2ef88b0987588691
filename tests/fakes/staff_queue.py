"""The queue of an invented day: the same cases as `StaffDay` has, with acts that are remembered and views that are kept in memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from listener.errors import ActionError, AlreadyClaimed, NotAllowed
from moderation.inbox.page_records import QueueEntry
from moderation.inbox.queue_parts import QueueParts, QueueShown
from moderation.model.case_act import ActVerb, BulkDone, CaseAct, NewAct, Refusal, Undone
from moderation.model.person import Person
from moderation.model.queue import QueueChoice, QueueOffers, SavedView, Tab
from moderation.workflows.case_acts import Colleagues
from tests.fakes.staff_figures import NOW


class Day(Protocol):
    """What the queue needs of the day."""

    holders: dict[int, str]
    versions: dict[int, int]

    def queue(self, agent: str) -> list[QueueEntry]: ...
    def entry(self, case_id: int) -> QueueEntry | None: ...
    def claim(self, case_id: int, agent: str, version: int) -> None: ...
    def release(self, case_id: int, agent: str, version: int) -> None: ...


@dataclass
class Shelf:
    """Views in memory."""

    kept: list[SavedView] = field(default_factory=list)

    def of(self, person: Person) -> tuple[SavedView, ...]:
        return tuple(view for view in self.kept if view.owner == person.name or view.team in person.teams)

    def keep(self, person: Person, name: str, query: str, *, team: str = "") -> int:
        if not name.strip():
            raise NotAllowed("A view needs a name.", key="view_name", fields={"most": 60})
        owner = "" if team else person.name
        made = SavedView(
            view_id=len(self.kept) + 1, owner=owner, team=team, name=name, query=query, position=1, made_by=person.name, made_at=NOW
        )
        self.kept.append(made)
        return made.view_id

    def rename(self, person: Person, view_id: int, name: str) -> None:
        self._theirs(person, view_id)
        self.kept = [replace(view, name=name) if view.view_id == view_id else view for view in self.kept]

    def move(self, person: Person, view_id: int, *, up: bool) -> None:
        one = self._theirs(person, view_id)
        at = self.kept.index(one)
        self.kept.insert(max(0, at - 1 if up else at + 1), self.kept.pop(at))

    def delete(self, person: Person, view_id: int) -> None:
        self.kept.remove(self._theirs(person, view_id))

    def _theirs(self, person: Person, view_id: int) -> SavedView:
        found = next((view for view in self.of(person) if view.view_id == view_id), None)
        if found is None:
            raise NotAllowed(f"There is no saved view {view_id} of yours.", key="view_unknown")
        return found


@dataclass
class QueueDay:
    """`acts` lists what was done."""

    day: Day
    acts: list[CaseAct] = field(default_factory=list)
    shelf: Shelf = field(default_factory=Shelf)

    def page(self, choice: QueueChoice, person: Person, number: int) -> QueueShown:
        found = self._of(choice.tab, person)
        offers = {"platform": tuple((entry.opening.platform, 1) for entry in self.day.queue(person.name))}
        return QueueShown(
            entries=tuple(found) if number == 1 else (),
            total=len(found),
            counts={tab: len(self._of(tab, person)) for tab in Tab},
            offers=QueueOffers(values=offers),
            issues={},
        )

    def _of(self, tab: Tab, person: Person) -> list[QueueEntry]:
        def there(entry: QueueEntry) -> bool:
            if tab is Tab.WAITING:
                return not entry.holder
            if tab is Tab.MINE:
                return entry.holder == person.name
            return tab is Tab.OTHERS and entry.holder not in ("", person.name)

        return [entry for entry in self.day.queue(person.name) if there(entry)]

    def take_next(self, choice: QueueChoice, person: Person) -> CaseAct | None:
        found = self._of(Tab.WAITING, person)
        return self.act(NewAct(verb=ActVerb.CLAIM), found[0].case_id, found[0].version, person.name) if found else None

    def act(self, new: NewAct, case_id: int, version: int, by: str) -> CaseAct:
        if new.verb is ActVerb.CLAIM:
            self.day.claim(case_id, by, version)
        elif new.verb is ActVerb.RELEASE:
            self.day.release(case_id, by, version)
        elif self.day.holders.get(case_id, "") not in ("", by) or self.day.versions.get(case_id) != version:
            raise AlreadyClaimed(f"case {case_id} changed", key="case_changed")
        else:
            self.day.versions[case_id] += 1
        done = CaseAct(
            act_id=len(self.acts) + 1,
            case_id=case_id,
            verb=new.verb,
            made_by=by,
            at=NOW,
            version=version + 1,
            whom=new.whom,
            team=new.team,
            until=new.until,
            issue_changes=new.issue_changes,
            ending=new.ending,
        )
        self.acts.append(done)
        return done

    def bulk(self, new: NewAct, chosen: Sequence[tuple[int, int]], person: Person) -> BulkDone:
        done: list[CaseAct] = []
        refused: list[Refusal] = []
        for case_id, version in chosen:
            try:
                done.append(self.act(new, case_id, version, person.name))
            except ActionError as error:
                refused.append(Refusal(case_id=case_id, why=str(error)))
        return BulkDone(act_id=done[0].act_id if done else None, done=tuple(done), refused=tuple(refused))

    def undo(self, act_id: int, person: Person) -> Undone:
        found = self.together(act_id)
        if not found:
            raise NotAllowed(f"There is no act {act_id}.", key="act_unknown")
        self.day.holders.pop(found[0].case_id, None)
        return Undone(case_ids=tuple(act.case_id for act in found))

    def together(self, act_id: int) -> tuple[CaseAct, ...]:
        return tuple(act for act in self.acts if act.act_id == act_id)

    def entries(self, case_ids: Iterable[int], person: Person) -> tuple[QueueEntry, ...]:
        return tuple(entry for case_id in case_ids if (entry := self.day.entry(case_id)))

    def parts(self) -> QueueParts:
        """Everything the queue's pages need, told by this day."""
        return QueueParts(
            size=50,
            page=self.page,
            take_next=self.take_next,
            entries=self.entries,
            every=lambda choice, person, most: tuple(self._of(choice.tab, person)[:most]),
            act=self.act,
            bulk=self.bulk,
            undo=self.undo,
            together=self.together,
            can_be_undone=lambda act_id: bool(self.together(act_id)),
            colleagues=lambda: Colleagues(names=frozenset({"Bram Vos", "Fenna de Wit"}), teams=frozenset({"webcare"})),
            views=self.shelf,
        )
