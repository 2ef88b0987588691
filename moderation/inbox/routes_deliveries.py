"""Pages about messages to our own people: one's own on /me/messages, those of the house and what became of each on /deliveries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from moderation.inbox.delivery_parts import DeliveryParts
from moderation.inbox.fields import RowId
from moderation.inbox.pages import Pages
from moderation.inbox.people_parts import PeopleParts
from moderation.model.account import Account
from moderation.model.delivery import TOLD, DeliveryState, Loud, Subscription
from moderation.policy.quiet_hours import written_minutes
from moderation.workflows.subscribe import Wish

MOST_SHOWN = 60
MOST_TYPED = 300
SAVED = ("added", "paused", "resumed", "removed", "test", "settled")
MAIL_TO = "mail"
"""What the form's field `to_kind` says for an e-mail address; anything else is a channel's name."""

Act = Callable[[int, Account | None, str], object]


def add_delivery_routes(app: FastAPI, people: PeopleParts, room: DeliveryParts, pages: Pages) -> None:
    """Add the pages."""
    _add_own(app, _Own(people, room, pages))
    _add_house(app, _House(room, pages))


class _Own:
    """One person's own messages."""

    def __init__(self, people: PeopleParts, room: DeliveryParts, pages: Pages) -> None:
        self._people = people
        self.room = room
        self._pages = pages

    def account(self, request: Request) -> Account:
        """Return whose session this is. Raises `NotAllowed` while there are no people."""
        return self._people.account_of(request.state.session)

    def show(self, request: Request) -> Response:
        """Render /me/messages."""
        account = self.account(request)
        mine = self.room.subscribe.own(account)
        last = {one.subscription_id: next(iter(self.room.latest(1, one.subscription_id)), None) for one in mine}
        given = _common(self.room, self._pages.language(request), request)
        return self._pages.show(request, "messages.html.j2", account=account, mine=mine, last=last, **given)


class _House:
    """The house's messages, and everybody's outcomes."""

    def __init__(self, room: DeliveryParts, pages: Pages) -> None:
        self.room = room
        self._pages = pages

    def show(self, request: Request) -> Response:
        """Render /deliveries."""
        every = self.room.subscribe.all()
        names = {one.subscription_id: self.room.name_of(one) for one in every}
        given = _common(self.room, self._pages.language(request), request)
        return self._pages.show(
            request,
            "deliveries.html.j2",
            channels=self.room.channels(),
            house=[one for one in every if one.wants.person_id is None],
            others=[one for one in every if one.wants.person_id is not None],
            names=names,
            outcomes=self.room.latest(MOST_SHOWN, None),
            **given,
        )


def _add_own(app: FastAPI, own: _Own) -> None:
    @app.get("/me/messages")
    def messages(request: Request) -> Response:
        return own.show(request)

    @app.post("/me/messages")
    def add(request: Request) -> Response:
        own.room.subscribe.add_own(own.account(request), wish_in(request.state.form, own.room.subscribe.brands))
        return _back("/me/messages", "added")

    def act(request: Request, subscription_id: int, done: Act, saved: str) -> Response:
        account = own.account(request)
        done(subscription_id, account, account.person.name)
        return _back("/me/messages", saved)

    @app.post("/me/messages/{subscription_id}/pause")
    def pause(request: Request, subscription_id: RowId) -> Response:
        return act(request, subscription_id, lambda number, of, by: own.room.subscribe.pause(number, by=by, of=of), "paused")

    @app.post("/me/messages/{subscription_id}/resume")
    def resume(request: Request, subscription_id: RowId) -> Response:
        return act(request, subscription_id, lambda number, of, by: own.room.subscribe.resume(number, by=by, of=of), "resumed")

    @app.post("/me/messages/{subscription_id}/remove")
    def remove(request: Request, subscription_id: RowId) -> Response:
        return act(request, subscription_id, lambda number, of, by: own.room.subscribe.remove(number, by=by, of=of), "removed")

    @app.post("/me/messages/{subscription_id}/test")
    def test(request: Request, subscription_id: RowId) -> Response:
        return act(request, subscription_id, lambda number, of, _: own.room.subscribe.test(number, of=of), "test")


def _add_house(app: FastAPI, house: _House) -> None:
    @app.get("/deliveries")
    def deliveries(request: Request) -> Response:
        return house.show(request)

    @app.post("/deliveries")
    def add(request: Request) -> Response:
        form = request.state.form
        to_kind = form.get("to_kind", MAIL_TO)
        by_mail = to_kind == MAIL_TO
        to = form.get("to", "").strip()[:MOST_TYPED] if by_mail else to_kind
        house.room.subscribe.add(wish_in(form, house.room.subscribe.brands, to=to, channel=not by_mail), by=request.state.session.agent)
        return _back("/deliveries", "added")

    @app.post("/deliveries/subscriptions/{subscription_id}/pause")
    def pause(request: Request, subscription_id: RowId) -> Response:
        house.room.subscribe.pause(subscription_id, by=request.state.session.agent)
        return _back("/deliveries", "paused")

    @app.post("/deliveries/subscriptions/{subscription_id}/resume")
    def resume(request: Request, subscription_id: RowId) -> Response:
        house.room.subscribe.resume(subscription_id, by=request.state.session.agent)
        return _back("/deliveries", "resumed")

    @app.post("/deliveries/subscriptions/{subscription_id}/remove")
    def remove(request: Request, subscription_id: RowId) -> Response:
        house.room.subscribe.remove(subscription_id, by=request.state.session.agent)
        return _back("/deliveries", "removed")

    @app.post("/deliveries/subscriptions/{subscription_id}/test")
    def test(subscription_id: RowId) -> Response:
        house.room.subscribe.test(subscription_id)
        return _back("/deliveries", "test")

    @app.post("/deliveries/{delivery_id}/settle")
    def settle(request: Request, delivery_id: RowId) -> Response:
        """Two buttons in one form: it arrived, or it did not and has to leave again."""
        arrived = request.state.form.get("arrived") == "yes"
        house.room.subscribe.settle(delivery_id, arrived=arrived, by=request.state.session.agent)
        return _back("/deliveries", "settled")


def wish_in(form: Mapping[str, str], brands: tuple[str, ...], *, to: str = "", channel: bool = False) -> Wish:
    """Return what a form of ours says that somebody wants. No box of brands ticked means all that they see."""
    return Wish(
        whats=[one.value for one in TOLD if form.get(f"what_{one.value}")],
        to=to,
        channel=channel,
        loud=form.get("loud", Loud.ALL.value),
        language=form.get("language", ""),
        hour=form.get("hour", "").strip()[:2],
        quiet_from=form.get("quiet_from", "").strip()[:5],
        quiet_to=form.get("quiet_to", "").strip()[:5],
        breaks=bool(form.get("breaks")),
        brands=[name for at, name in enumerate(brands) if form.get(f"brand_{at}")],
    )


def _common(room: DeliveryParts, language: str, request: Request) -> dict[str, Any]:
    asked = request.query_params.get("saved", "")
    return {
        "room": room,
        "words": room.words(language),
        "brands": room.subscribe.brands,
        "kinds": TOLD,
        "louds": tuple(Loud),
        "unknown": DeliveryState.UNKNOWN,
        "quiet_of": _quiet_of,
        "saved": next((one for one in SAVED if one == asked), ""),
    }


def _quiet_of(subscription: Subscription) -> str:
    quiet = subscription.wants.quiet
    return f"{written_minutes(quiet.begins)}–{written_minutes(quiet.until)}" if quiet is not None else ""


def _back(where: str, saved: str) -> Response:
    return RedirectResponse(f"{where}?saved={saved}", status_code=303)
