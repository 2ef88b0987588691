"""Meta's Graph API, a mailbox and a queue of moderators with five posts each, for the contract of sources."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from listener.clock import ManualClock
from listener.sources.http import HttpClient
from listener.sources.imap import ImapSource, MailServer
from listener.sources.meta_graph import MetaGraphSource
from listener.sources.reddit import RedditSource
from listener.sources.reddit_access import RedditKey
from tests.contracts.source_bench import Bench
from tests.fakes import reddit
from tests.fakes.graph import PAGE, TOKEN, FakeGraph, comment, post
from tests.fakes.mailbox import US, FakeMailbox, mail
from tests.fakes.site import Reply, Site

HOUR = timedelta(hours=1)


def _meta_graph(site: Site, clock: ManualClock, http: HttpClient, _: Path) -> Bench:
    start, fake = clock.now(), FakeGraph()
    fake.listings[f"{PAGE}/feed"] = [post(n, start - n * HOUR) for n in (1, 2)]
    below = fake.below[f"{PAGE}_1/comments"] = [comment(f"1_{n}", start - HOUR / n) for n in (2, 3, 4)]

    def another() -> str:
        below.append(comment(f"1_{100 + len(below)}", clock.now()))
        return str(below[-1]["id"])

    site.answer = fake
    return Bench(
        ids={f"{PAGE}_1", f"{PAGE}_2", "1_2", "1_3", "1_4"},
        open=lambda: MetaGraphSource(
            "fb",
            network="facebook",
            accounts=[PAGE],
            secret={"ACCESS_TOKEN": TOKEN, "APP_SECRET": ""}.__getitem__,
            http=http,
            clock=clock,
            base=site.url("/v25.0"),
            allow_http=True,
            allow_private=True,
        ),
        post=another,
        break_down=lambda: setattr(site, "answer", lambda _: Reply(body=b"<html>down</html>")),
    )


def _imap(_: Site, clock: ManualClock, __: HttpClient, ___: Path) -> Bench:
    start, box = clock.now(), FakeMailbox()
    for number in range(1, 6):
        box.put(start - (10 - number) * HOUR, mail(number, start - (10 - number) * HOUR))

    def another() -> str:
        number = 100 + len(box.mails)
        box.put(clock.now(), mail(number, clock.now()))
        return f"<vraag-{number}@klant.example>"

    return Bench(
        ids={f"<vraag-{n}@klant.example>" for n in range(1, 6)},
        open=lambda: ImapSource(
            "mail",
            MailServer(host="127.0.0.1", port=993, tls="at once"),
            username=US,
            password=lambda: "a-password",
            clock=clock,
            allow_private=True,
            open_mailbox=box.open,
        ),
        post=another,
        break_down=lambda: setattr(box, "fails", True),
        interfere=lambda hook: setattr(box, "before", hook),
    )


def _reddit_modqueue(_: Site, clock: ManualClock, __: HttpClient, ___: Path) -> Bench:
    start, fake = clock.now().timestamp(), reddit.SignedIn(frozenset({"read", "modposts"}))
    queue = fake.listings["modqueue klussen"] = [reddit.submission(n, created=start - 3_600 * n) for n in (1, 2)]
    queue += [reddit.comment(n, created=start - 3_600 * n) for n in (3, 4, 5)]

    def another() -> str:
        queue.append(reddit.comment(100 + len(queue), created=clock.now().timestamp()))
        return str(queue[-1].name)

    return Bench(
        ids={one.name for one in queue},
        open=lambda: RedditSource(
            "queue",
            subreddits=["klussen"],
            queries=[],
            comments=False,
            moderates=True,
            key=lambda: RedditKey(client_id="id", client_secret="secret", account="stroomwerk_mod", refresh_token="a-token"),
            approval_reference="R-1",
            clock=clock,
            factory=lambda: fake,
        ),
        post=another,
        break_down=lambda: fake.errors.update({"modqueue klussen": ConnectionResetError("cable pulled")}),
        interfere=lambda hook: setattr(fake, "before", hook),
    )


BENCHES = {"meta_graph": _meta_graph, "imap": _imap, "reddit_modqueue": _reddit_modqueue}
