"""Access to Reddit through praw: our own pace, time-outs and sizes below it, and what its errors mean to us.

praw and prawcore are imported when first used: a home without Reddit never pays for them. prawcore would sleep in its rate limiter
and retry on its own; both are kept from happening here, for the schedule does the waiting (RULES F16, F19, P12).
"""

from __future__ import annotations

import copy
import json
import platform
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from listener.errors import RateLimited, SourceError, SourceRefused, SourceUnavailable
from listener.ports import Clock
from listener.sources.fields import part, word
from listener.sources.http import product_version
from listener.sources.json_text import read_json
from listener.sources.pacing import Pace
from listener.sources.purse import Purse
from listener.sources.retry_after import wait_seconds
from listener.sources.turns import PlaceRefused

MOST_BYTES = 10_000_000
REQUEST_TIMEOUT_SECONDS = 10.0

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class RedditKey:
    """What Reddit wants to know about who reads: application id and secret, and the account that answers for them.

    `refresh_token` signs an account in (its inbox, the queue of its moderators), without one anybody's view is read.
    """

    client_id: str
    client_secret: str = field(repr=False)
    account: str
    refresh_token: str = field(default="", repr=False)

    @property
    def user_agent(self) -> str:
        """Reddit's prescribed form: `<platform>:<app>:<version> (by /u/<account>)` (RULES P9)."""
        return f"{platform.system().lower() or 'python'}:klankbord:{product_version()} (by /u/{self.account})"


class TokenRejected(SourceUnavailable):
    """Reddit no longer takes our hour's token; a new one may be asked for, once."""


class _NoListing(Exception):
    """An answer that should list and does not."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


def open_praw(key: RedditKey, *, pace: Pace, purse: Purse, clock: Clock) -> Any:
    """Return a `praw.Reddit` that speaks at our pace and only reads. Nothing is sent yet."""
    import praw
    from prawcore import RequestException, Requestor

    opened: list[Any] = []

    class CarefulRequestor(Requestor):  # type: ignore[misc,unused-ignore] # prawcore ships no types that mypy would find
        """Requests with a time-out and a size limit, to the host they are for and no other; what prawcore would sleep on, try again or
        take for an empty listing is told as one of our errors before it sees it."""

        def request(self, *args: Any, timeout: float | None = None, **kwargs: Any) -> Any:
            del timeout  # prawcore passes its own 16 seconds
            pace.take()
            purse.ask()
            try:
                response = super().request(
                    *args, **{**kwargs, "timeout": REQUEST_TIMEOUT_SECONDS, "stream": True, "allow_redirects": False}
                )
            except RequestException as error:
                raise _translated(error, "") from error
            _read_at_most(response, MOST_BYTES)
            _raise_refusal(response, pace, clock)
            if listing := _listing_of(response):
                _set_apart(listing, response, opened[0])
            return response

    signed_in: dict[str, Any] = {"refresh_token": str(key.refresh_token)} if key.refresh_token else {}
    reddit = praw.Reddit(
        client_id=key.client_id,
        client_secret=key.client_secret,
        user_agent=key.user_agent,
        username=None,
        password=None,
        check_for_updates=False,
        requestor_class=CarefulRequestor,
        **signed_in,
    )
    reddit.read_only = not signed_in
    opened.append(reddit)
    return reddit


def ask(reddit: Any, question: Callable[[Any], Result], *, place: str) -> Result:
    """Return `question(reddit)`, with every error of praw, prawcore and odd answers told as one of ours. Blocks.

    place: what is being read ("r/thenetherlands"), for the message.
    """
    try:
        return question(reddit)
    except SourceError:
        raise
    except Exception as error:  # praw shows its surprise at odd JSON in many ways; all of them mean "try later"
        raise _translated(error, place) from error


def _translated(error: Exception, place: str) -> SourceError:
    import prawcore

    if isinstance(error, prawcore.Redirect | prawcore.NotFound):
        return PlaceRefused(f"Reddit knows no {place}, or it was banned; check how it is written.", cause="not_found")
    if isinstance(error, prawcore.Forbidden):
        why = "it is quarantined" if "quarantined" in error.response.text[:200] else "it is private, or this application may not read it"
        return PlaceRefused(f"Reddit forbids reading {place}: {why}.", cause="forbidden")
    if isinstance(error, prawcore.InsufficientScope | prawcore.InvalidToken | prawcore.OAuthException):
        cause = "scope_missing" if isinstance(error, prawcore.InsufficientScope) else "token_rejected"
        message = "Reddit does not accept this application's key; check KLANKBORD_REDDIT_CLIENT_ID and its secret."
        return SourceRefused(message, cause=cause)
    if isinstance(error, prawcore.UnavailableForLegalReasons):
        return PlaceRefused(f"Reddit may not show {place} here for legal reasons.")
    if isinstance(error, _NoListing):
        return SourceUnavailable(f"Reddit's answer about {place} was {error.what}.")
    if isinstance(error, prawcore.ResponseException):
        status = error.response.status_code
        if status == 401:
            message = "Reddit does not know this application; check KLANKBORD_REDDIT_CLIENT_ID and its secret."
            return SourceRefused(message, cause="token_rejected")
        refused = 400 <= status < 500 and status != 408
        return (SourceRefused if refused else SourceUnavailable)(f"Reddit answered {place} with status {status}.")
    if isinstance(error, prawcore.RequestException):
        return SourceUnavailable(f"Reddit could not be reached: {type(error.original_exception).__name__}.")
    return SourceUnavailable(f"Reddit's answer about {place} could not be read: {type(error).__name__}.")


def _read_at_most(response: Any, most_bytes: int) -> None:
    """Read a streamed answer into memory unless it is too large. requests has no public way to hand the bytes back to itself."""
    received = bytearray()
    for chunk in response.iter_content(65_536):
        received += chunk
        if len(received) > most_bytes:
            response.close()
            raise SourceUnavailable(f"Reddit answered with more than {most_bytes:,} bytes; reading stopped there.")
    response._content = bytes(received)


def _raise_refusal(response: Any, pace: Pace, clock: Clock) -> None:
    """Raise for answers that prawcore would sleep on or retry; note a used-up quota; hide the quota headers from its rate limiter."""
    status = response.status_code
    headers = {name.lower(): value for name, value in response.headers.items()}
    for name in [name for name in response.headers if name.lower().startswith("x-ratelimit-")]:
        del response.headers[name]
    if status == 429 or (status == 503 and "retry-after" in headers):
        wait = wait_seconds(headers, response.content, now=clock.now())
        pace.close_for(wait)
        raise RateLimited(f"Reddit asks us to wait {wait:.0f} seconds.", wait_seconds=wait)
    if headers.get("x-ratelimit-remaining", "1").partition(".")[0] in ("0", "-0"):
        pace.close_for(wait_seconds({"x-ratelimit-reset": headers.get("x-ratelimit-reset", "")}, b"", now=clock.now()))
    if status == 401 and "oauth." in response.url:
        raise TokenRejected("Reddit no longer accepts our token; a new one is asked for next time.")
    if status >= 500 or status == 408:
        raise SourceUnavailable(f"Reddit answered with status {status}.")


def _listing_of(response: Any) -> dict[str, Any] | None:
    """Return the listing that was answered, None where nothing lists. Raises for an answer that should list and does not: praw takes an
    empty one for a listing in which nothing stands.

    Everything that is asked here under a token lists: posts, an inbox, a queue, single items by name.
    """
    if response.status_code >= 300 or "oauth." not in response.url:
        return None
    try:
        listing = read_json(response.content)
    except ValueError as error:
        raise _NoListing("not JSON") from error
    if word(listing, "kind") != "Listing" or not isinstance(part(listing, "data").get("children"), list):
        raise _NoListing("no listing")
    return listing if isinstance(listing, dict) else None


def _set_apart(listing: dict[str, Any], response: Any, reddit: Any) -> None:
    """Leave in an answer only what praw can read, and a row of no kind for each that it cannot: one odd row would cost all the others."""
    children = listing["data"]["children"]
    odd = [at for at, child in enumerate(children) if not _is_readable(child, reddit)]
    for at in odd:
        children[at] = {"kind": "unreadable", "data": {}}
    if odd:
        response._content = json.dumps(listing).encode()


def _is_readable(child: Any, reddit: Any) -> bool:
    """Tell whether praw can make something of a row of a listing; it has no public way to be asked."""
    from praw.exceptions import PRAWException

    if not isinstance(child, dict) or not isinstance(child.get("kind"), str) or not isinstance(child.get("data"), dict):
        return False
    try:
        reddit._objector.objectify(data=copy.deepcopy(child))
    except (PRAWException, ValueError, TypeError, AttributeError, LookupError, RecursionError):  # it shows its surprise in many ways
        return False
    return True
