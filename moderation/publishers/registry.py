"""Which class posts on which platform: one line each. Opening one makes no request; its libraries are loaded only then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import SecretStr

from listener.errors import SettingsError, SourceRefused
from listener.ports import Clock
from listener.settings.schema import HttpSettings
from listener.settings.secrets import Secrets, account_secret_names
from listener.sources.extras import missing_library
from moderation.ports import Publisher
from moderation.settings import AccountSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What an account is opened with. The secrets are read by whoever holds the write gateway, and by nobody else."""

    account: AccountSettings
    http: HttpSettings
    clock: Clock
    secrets: Secrets

    def secret(self, kind: str, *, needed: bool = True) -> SecretStr:
        """Return the account's own secret, else its platform's. Raises `SourceRefused` naming both when it is needed and not set."""
        names = account_secret_names(self.account.platform, self.account.name, kind)
        for name in names:
            if value := self.secrets.get(name):
                return SecretStr(str(value))
        if needed:
            raise SourceRefused(f"{names[1]} is not set (nor {names[0]}); put it into the environment or {self.secrets.file}.")
        return SecretStr("")

    def base_url(self, default: str = "") -> str:
        """Return the server's address. Raises `SettingsError` when it is needed and not set."""
        if address := self.account.base_url or default:
            return address
        raise SettingsError(f"outbox.accounts: {self.account.label} needs base_url, such as https://server.example")


def _reddit(opening: Opening) -> Publisher:
    from moderation.publishers.reddit import RedditAccess, RedditPublisher

    client_id = opening.secret("WRITE_CLIENT_ID").get_secret_value()
    if client_id == opening.secrets.get("KLANKBORD_REDDIT_CLIENT_ID"):
        raise SourceRefused(
            "KLANKBORD_REDDIT_WRITE_CLIENT_ID is the application that reads; Reddit wants another one for each purpose (RULES P10)."
        )
    access = RedditAccess(
        client_id=client_id,
        client_secret=opening.secret("WRITE_CLIENT_SECRET").get_secret_value(),
        account=opening.account.username or opening.account.name,
        password=opening.secret("WRITE_PASSWORD", needed=False).get_secret_value(),
        refresh_token=opening.secret("WRITE_REFRESH_TOKEN", needed=False).get_secret_value(),
    )
    return RedditPublisher(access, opening.clock, own_subreddits=opening.account.own_subreddits)


def _x(opening: Opening) -> Publisher:
    from moderation.publishers.x import XAccess, XPublisher

    user_token = opening.secret("WRITE_USER_TOKEN", needed=False).get_secret_value()
    if user_token:
        return XPublisher(XAccess(user_token=user_token), opening.clock)
    access = XAccess(
        consumer_key=opening.secret("WRITE_CONSUMER_KEY").get_secret_value(),
        consumer_secret=opening.secret("WRITE_CONSUMER_SECRET").get_secret_value(),
        access_token=opening.secret("WRITE_ACCESS_TOKEN").get_secret_value(),
        access_token_secret=opening.secret("WRITE_ACCESS_TOKEN_SECRET").get_secret_value(),
    )
    return XPublisher(access, opening.clock)


def _discord(opening: Opening) -> Publisher:
    from moderation.publishers.discord_channel import DiscordPublisher

    return DiscordPublisher(opening.secret("WRITE_BOT_TOKEN").get_secret_value(), opening.clock, channels=opening.account.channels)


def _mastodon(opening: Opening) -> Publisher:
    from moderation.publishers.mastodon import MastodonPublisher

    return MastodonPublisher(
        opening.base_url(),
        token=opening.secret("WRITE_TOKEN"),
        http=opening.http,
        clock=opening.clock,
        visibility=opening.account.visibility,
        allow_private=opening.account.allow_private,
    )


def _bluesky(opening: Opening) -> Publisher:
    from moderation.publishers.bluesky import SERVICE, BlueskyPublisher

    return BlueskyPublisher(
        identifier=opening.account.username or opening.account.name,
        password=opening.secret("WRITE_APP_PASSWORD"),
        http=opening.http,
        clock=opening.clock,
        service=opening.base_url(SERVICE),
        allow_private=opening.account.allow_private,
    )


def _matrix(opening: Opening) -> Publisher:
    from moderation.publishers.matrix import MatrixPublisher

    return MatrixPublisher(
        homeserver=opening.base_url(),
        token=opening.secret("WRITE_TOKEN"),
        http=opening.http,
        clock=opening.clock,
        allow_private=opening.account.allow_private,
    )


def _discourse(opening: Opening) -> Publisher:
    from moderation.publishers.discourse import DiscoursePublisher

    return DiscoursePublisher(
        opening.base_url(),
        username=opening.account.username or opening.account.name,
        api_key=opening.secret("WRITE_API_KEY"),
        http=opening.http,
        clock=opening.clock,
        category=opening.account.category,
        allow_private=opening.account.allow_private,
    )


def _mail(opening: Opening) -> Publisher:
    from moderation.publishers.mail import MailPublisher, mail_server

    return MailPublisher(
        mail_server(opening.base_url(), plain_inside=opening.account.allow_private),
        address=opening.account.name,
        password=opening.secret("WRITE_PASSWORD"),
        clock=opening.clock,
        username=opening.account.username,
        timeout_seconds=opening.http.timeout_seconds,
    )


def _webhook(opening: Opening) -> Publisher:
    from moderation.publishers.webhook import WebhookPublisher

    return WebhookPublisher(
        opening.base_url(),
        name=opening.account.name,
        secret=opening.secret("WRITE_SECRET"),
        http=opening.http,
        clock=opening.clock,
        status_url=opening.account.status_url,
        allow_private=opening.account.allow_private,
    )


PUBLISHERS: dict[str, Callable[[Opening], Publisher]] = {
    "reddit": _reddit,
    "x": _x,
    "discord": _discord,
    "mastodon": _mastodon,
    "bluesky": _bluesky,
    "matrix": _matrix,
    "discourse": _discourse,
    "mail": _mail,
    "webhook": _webhook,
}


def open_publisher(opening: Opening) -> Publisher:
    """Return the account ready to post, without a request. Raises `SettingsError` or `SourceRefused` naming what is missing."""
    if why := missing_library(opening.account.platform):
        raise SettingsError(f"Posting on {opening.account.platform}: {why}")
    try:
        return PUBLISHERS[opening.account.platform](opening)
    except ImportError as error:
        raise SettingsError(
            f"Posting on {opening.account.platform} needs a package that is not installed: pip install {error.name}."
        ) from error
