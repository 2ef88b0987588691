"""Who may use which route: one table, asked by the gate before any handler runs (RULES S2).

A route without a line here is answered as if it did not exist, and a test fails.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from moderation.inbox.api.rights import API_ROUTES
from moderation.model.person import Right

OPEN: Final = "open"
"""Needs no session: the door itself, health, and our own few files."""

Needed = Right | Literal["open"]

ROUTES: Mapping[tuple[str, str], Needed] = {
    # the door, and one's own session
    ("GET", "/healthz"): OPEN,
    ("GET", "/static/{version}/{name}"): OPEN,
    ("GET", "/sign-in"): OPEN,
    ("POST", "/sign-in"): OPEN,
    ("GET", "/signed-in"): OPEN,
    ("GET", "/sign-in/elsewhere"): OPEN,
    ("GET", "/sign-in/elsewhere/back"): OPEN,
    ("GET", "/sign-in/code"): OPEN,
    ("POST", "/sign-in/code"): OPEN,
    ("GET", "/sign-in/set-up"): OPEN,
    ("POST", "/sign-in/set-up"): OPEN,
    ("GET", "/fresh"): Right.READ,
    ("POST", "/fresh"): Right.READ,
    ("POST", "/sign-out"): Right.READ,
    ("POST", "/language"): Right.READ,
    # what changed, for pages that are open
    ("GET", "/events"): Right.READ,
    # one's own settings
    ("GET", "/me"): Right.READ,
    ("POST", "/me"): Right.READ,
    ("POST", "/me/password"): Right.READ,
    ("GET", "/me/second-step"): Right.READ,
    ("POST", "/me/second-step"): Right.READ,
    ("POST", "/me/second-step/codes"): Right.READ,
    ("POST", "/me/second-step/end"): Right.READ,
    ("POST", "/me/sessions/{session_id}/end"): Right.READ,
    ("POST", "/me/tokens"): Right.READ,
    ("POST", "/me/tokens/{token_id}/revoke"): Right.READ,
    ("POST", "/me/discord"): Right.READ,
    ("POST", "/me/discord/unlink"): Right.READ,
    # what our own people are told
    ("GET", "/me/messages"): Right.READ,
    ("POST", "/me/messages"): Right.READ,
    ("POST", "/me/messages/{subscription_id}/pause"): Right.READ,
    ("POST", "/me/messages/{subscription_id}/resume"): Right.READ,
    ("POST", "/me/messages/{subscription_id}/remove"): Right.READ,
    ("POST", "/me/messages/{subscription_id}/test"): Right.READ,
    ("GET", "/requests"): Right.ADMINISTER,
    ("POST", "/requests"): Right.ADMINISTER,
    ("POST", "/requests/{request_id}/extend"): Right.ADMINISTER,
    ("POST", "/requests/{request_id}/end"): Right.ADMINISTER,
    ("GET", "/deliveries"): Right.ADMINISTER,
    ("POST", "/deliveries"): Right.ADMINISTER,
    ("POST", "/deliveries/subscriptions/{subscription_id}/pause"): Right.ADMINISTER,
    ("POST", "/deliveries/subscriptions/{subscription_id}/resume"): Right.ADMINISTER,
    ("POST", "/deliveries/subscriptions/{subscription_id}/remove"): Right.ADMINISTER,
    ("POST", "/deliveries/subscriptions/{subscription_id}/test"): Right.ADMINISTER,
    ("POST", "/deliveries/{delivery_id}/settle"): Right.ADMINISTER,
    # who works here
    ("GET", "/people"): Right.ADMINISTER,
    ("POST", "/people"): Right.ADMINISTER,
    ("GET", "/people/{person_id}"): Right.ADMINISTER,
    ("POST", "/people/{person_id}/role"): Right.ADMINISTER,
    ("POST", "/people/{person_id}/brands"): Right.ADMINISTER,
    ("POST", "/people/{person_id}/teams"): Right.ADMINISTER,
    ("POST", "/people/{person_id}/link"): Right.ADMINISTER,
    ("POST", "/people/{person_id}/disable"): Right.ADMINISTER,
    ("POST", "/people/{person_id}/enable"): Right.ADMINISTER,
    ("POST", "/people/{person_id}/end-sessions"): Right.ADMINISTER,
    ("POST", "/people/{person_id}/sessions/{session_id}/end"): Right.ADMINISTER,
    ("POST", "/people/{person_id}/reset-second-step"): Right.ADMINISTER,
    ("POST", "/people/{person_id}/tokens/{token_id}/revoke"): Right.ADMINISTER,
    ("GET", "/teams"): Right.ADMINISTER,
    ("POST", "/teams"): Right.ADMINISTER,
    ("POST", "/teams/{team_id}/remove"): Right.ADMINISTER,
    # what is going on
    ("GET", "/"): Right.READ,
    ("GET", "/issues"): Right.READ,
    ("GET", "/issues/{issue_id}"): Right.READ,
    ("POST", "/issues/{issue_id}/rename"): Right.ANSWER,
    ("POST", "/issues/{issue_id}/mark"): Right.ANSWER,
    ("POST", "/issues/{issue_id}/place"): Right.ANSWER,
    ("POST", "/issues/{issue_id}/undo"): Right.ANSWER,
    ("GET", "/issues/{issue_id}/merge"): Right.ANSWER,
    ("POST", "/issues/{issue_id}/merge"): Right.ANSWER,
    ("GET", "/issues/{issue_id}/split"): Right.ANSWER,
    ("POST", "/issues/{issue_id}/split"): Right.ANSWER,
    ("GET", "/issues/{issue_id}/answer"): Right.ANSWER,
    ("POST", "/issues/{issue_id}/answer"): Right.ANSWER,
    ("GET", "/digest"): Right.READ,
    ("GET", "/digest.md"): Right.READ,
    ("GET", "/report"): Right.READ,
    ("GET", "/report/{period}"): Right.READ,
    ("GET", "/report/{period}/{figure}"): Right.READ,
    ("GET", "/report.html"): Right.READ,
    ("GET", "/report.md"): Right.READ,
    ("GET", "/report.pdf"): Right.READ,
    ("GET", "/sources"): Right.READ,
    ("GET", "/metrics"): Right.READ,
    ("GET", "/search"): Right.READ,
    ("GET", "/dashboard"): Right.READ,
    ("GET", "/dashboard/{figure}"): Right.READ,
    # rows as files: what customers wrote, and how they were answered, is for whoever may let posts leave
    ("GET", "/exports"): Right.READ,
    ("POST", "/exports/mentions"): Right.APPROVE,
    ("POST", "/exports/feedback"): Right.APPROVE,
    ("POST", "/exports/cases"): Right.APPROVE,
    ("POST", "/exports/issues"): Right.READ,
    ("POST", "/exports/actions"): Right.READ,
    # who is waiting
    ("GET", "/queue"): Right.READ,
    ("GET", "/cases/{case_id}"): Right.READ,
    ("POST", "/cases/{case_id}/claim"): Right.ANSWER,
    ("POST", "/cases/{case_id}/release"): Right.ANSWER,
    ("POST", "/cases/{case_id}/assign"): Right.ANSWER,
    ("POST", "/cases/{case_id}/snooze"): Right.ANSWER,
    ("POST", "/cases/{case_id}/wake"): Right.ANSWER,
    ("POST", "/cases/{case_id}/spam"): Right.ANSWER,
    ("POST", "/cases/{case_id}/not-ours"): Right.ANSWER,
    ("POST", "/cases/{case_id}/reopen"): Right.ANSWER,
    ("POST", "/acts/{act_id}/undo"): Right.ANSWER,
    ("POST", "/queue/next"): Right.ANSWER,
    ("GET", "/queue/bulk"): Right.ANSWER,
    ("POST", "/queue/bulk"): Right.ANSWER,
    ("POST", "/me/views"): Right.READ,
    ("POST", "/me/views/{view_id}/rename"): Right.READ,
    ("POST", "/me/views/{view_id}/move"): Right.READ,
    ("POST", "/me/views/{view_id}/delete"): Right.READ,
    # a conversation, and words between colleagues about it
    ("GET", "/cases/{case_id}/timeline"): Right.READ,
    ("GET", "/cases/{case_id}/export.json"): Right.READ,
    ("POST", "/cases/{case_id}/join"): Right.ANSWER,
    ("POST", "/cases/{case_id}/unjoin"): Right.ANSWER,
    ("POST", "/cases/{case_id}/labels"): Right.ANSWER,
    ("POST", "/cases/{case_id}/card"): Right.ANSWER,
    ("POST", "/cases/{case_id}/mark"): Right.ANSWER,
    ("POST", "/cases/{case_id}/consent"): Right.ANSWER,
    ("POST", "/cases/{case_id}/opt-out"): Right.ANSWER,
    ("POST", "/cases/{case_id}/opt-out/end"): Right.APPROVE,
    ("POST", "/cases/{case_id}/end"): Right.ANSWER,
    ("POST", "/cases/{case_id}/thanks"): Right.ANSWER,
    ("POST", "/cases/{case_id}/thanks/send"): Right.ANSWER,
    ("POST", "/cases/{case_id}/knowledge-from-helper"): Right.ANSWER,
    ("POST", "/cases/{case_id}/notes"): Right.ANSWER,
    ("POST", "/cases/{case_id}/notes/remove"): Right.ANSWER,
    ("POST", "/cases/{case_id}/questions"): Right.ANSWER,
    ("GET", "/questions"): Right.READ,
    ("POST", "/questions/answer"): Right.ANSWER,
    ("POST", "/questions/withdraw"): Right.ANSWER,
    ("POST", "/issues/{issue_id}/plans"): Right.ANSWER,
    ("POST", "/issues/{issue_id}/plans/end"): Right.ANSWER,
    # the reply: written, previewed, sent; changed and taken back; templates
    ("POST", "/cases/{case_id}/reply"): Right.ANSWER,
    ("POST", "/cases/{case_id}/reply/check"): Right.ANSWER,
    ("POST", "/cases/{case_id}/reply/insert"): Right.ANSWER,
    ("POST", "/cases/{case_id}/reply/put"): Right.ANSWER,
    ("POST", "/cases/{case_id}/reply/preview"): Right.ANSWER,
    ("POST", "/cases/{case_id}/reply/drop"): Right.ANSWER,
    ("POST", "/cases/{case_id}/reply/withdraw"): Right.ANSWER,
    ("POST", "/cases/{case_id}/reply/take-over"): Right.ANSWER,
    ("GET", "/cases/{case_id}/reply/{draft_id}"): Right.ANSWER,
    ("POST", "/cases/{case_id}/reply/{draft_id}/send"): Right.ANSWER,
    ("POST", "/cases/{case_id}/reply/{draft_id}/ask"): Right.ANSWER,
    ("POST", "/cases/{case_id}/reply/{entry_id}/again"): Right.ANSWER,
    ("POST", "/cases/{case_id}/reply/{entry_id}/edit"): Right.ANSWER,
    ("GET", "/cases/{case_id}/reply/{entry_id}/take-back"): Right.ANSWER,
    ("POST", "/cases/{case_id}/reply/{entry_id}/take-back"): Right.ANSWER,
    ("GET", "/approvals"): Right.ANSWER,
    ("POST", "/approvals/{draft_id}/approve"): Right.APPROVE,
    ("POST", "/approvals/{draft_id}/give-back"): Right.APPROVE,
    ("GET", "/templates"): Right.ANSWER,
    ("GET", "/templates/versions"): Right.ANSWER,
    ("POST", "/templates"): Right.ANSWER,
    ("POST", "/templates/change"): Right.ANSWER,
    ("POST", "/templates/retire"): Right.ANSWER,
    ("POST", "/templates/signature"): Right.ANSWER,
    # what is known, and advice beside a reply
    ("GET", "/knowledge"): Right.READ,
    ("GET", "/knowledge.md"): Right.READ,
    ("GET", "/knowledge/{article_id}"): Right.READ,
    ("POST", "/knowledge/suggest"): Right.ANSWER,
    ("POST", "/knowledge/{article_id}/edit"): Right.ANSWER,
    ("POST", "/knowledge/{article_id}/approve"): Right.APPROVE,
    ("POST", "/knowledge/{article_id}/retire"): Right.APPROVE,
    ("POST", "/knowledge/{article_id}/check"): Right.APPROVE,
    ("POST", "/knowledge/{article_id}/merge"): Right.APPROVE,
    ("POST", "/knowledge/{article_id}/undo"): Right.APPROVE,
    ("GET", "/cases/{case_id}/advice"): Right.ANSWER,
    ("POST", "/cases/{case_id}/advice/insert"): Right.ANSWER,
    ("POST", "/cases/{case_id}/advice/coach"): Right.ANSWER,
    # what leaves in our name: whoever answers may stop it, who approves may let it go on
    ("GET", "/outbox"): Right.READ,
    ("POST", "/outbox/stop"): Right.ANSWER,
    ("POST", "/outbox/resume"): Right.APPROVE,
    ("POST", "/outbox/drafts/{draft_id}/approve"): Right.APPROVE,
    ("POST", "/outbox/{entry_id}/cancel"): Right.ANSWER,
    ("POST", "/outbox/{entry_id}/resolve"): Right.ANSWER,
    ("POST", "/outbox/alarms/{alarm_id}/seen"): Right.ANSWER,
    # what would have left
    ("GET", "/shadow"): Right.READ,
    ("POST", "/shadow/{shadow_id}/review"): Right.ANSWER,
    ("POST", "/shadow/graduate"): Right.APPROVE,
    # public status and broadcasts
    ("GET", "/status"): Right.READ,
    ("GET", "/status/{issue_id}"): Right.READ,
    ("GET", "/status/plans/{plan_id}"): Right.READ,
    ("POST", "/status/{issue_id}/draft"): Right.ANSWER,
    ("POST", "/status/{issue_id}/publish"): Right.APPROVE,
    ("POST", "/status/{issue_id}/discard"): Right.ANSWER,
    ("POST", "/status/{issue_id}/plan"): Right.ANSWER,
    ("POST", "/status/plans/{plan_id}/tick"): Right.ANSWER,
    ("POST", "/status/plans/{plan_id}/approve"): Right.APPROVE,
    ("POST", "/status/plans/{plan_id}/cancel"): Right.ANSWER,
    # whom we ask, and what they answered
    ("GET", "/invitations"): Right.READ,
    ("GET", "/invitations/quiet"): Right.READ,
    ("GET", "/invitations/standing"): Right.READ,
    ("GET", "/invitations/{event_id}"): Right.READ,
    ("GET", "/feedback"): Right.READ,
    # improvement actions
    ("GET", "/actions"): Right.READ,
    ("POST", "/actions"): Right.ANSWER,
    ("POST", "/actions/{action_id}/done"): Right.APPROVE,
    ("POST", "/actions/{action_id}/drop"): Right.ANSWER,
    ("POST", "/actions/{action_id}/undo"): Right.ANSWER,
    # the channel grid, and where issues start in the matrix
    ("GET", "/grid"): Right.READ,
    ("GET", "/grid.yaml"): Right.READ,
    ("GET", "/grid/new"): Right.APPROVE,
    ("GET", "/grid/types/{name}"): Right.READ,
    ("POST", "/grid/types"): Right.APPROVE,
    ("POST", "/grid/types/{name}"): Right.APPROVE,
    ("POST", "/grid/types/{name}/retire"): Right.APPROVE,
    ("POST", "/grid/undo"): Right.APPROVE,
    ("GET", "/matrix"): Right.READ,
    ("POST", "/matrix"): Right.ADMINISTER,
    ("POST", "/matrix/undo"): Right.ADMINISTER,
    **API_ROUTES,
}


WHOLE_HOUSE: frozenset[tuple[str, str]] = frozenset(
    {
        ("GET", "/sources"),  # what a source saw is counted over all brands and cannot be split
        ("GET", "/api/v1/sources"),
        ("GET", "/metrics"),  # counts of everything, which no brand has a part of
        ("GET", "/api/v1/metrics"),
        ("POST", "/outbox/resume"),  # lets posts of every brand leave again; stopping is safe, and anybody's who answers
        ("POST", "/shadow/graduate"),  # a template that graduates posts for every brand
        ("GET", "/grid/new"),  # the grid is one for every brand
        ("POST", "/grid/types"),
        ("POST", "/grid/types/{name}"),
        ("POST", "/grid/types/{name}/retire"),
        ("POST", "/grid/undo"),
    }
)
"""Routes that are about every brand at once: only for somebody of every brand. So is all that needs `ADMINISTER`: whoever could give
rights could give themselves the brands that they lack."""

FRESH: frozenset[tuple[str, str]] = frozenset(
    {
        ("POST", "/outbox/resume"),
        ("POST", "/outbox/drafts/{draft_id}/approve"),
        ("POST", "/approvals/{draft_id}/approve"),
        ("POST", "/cases/{case_id}/reply/{entry_id}/take-back"),
        ("POST", "/shadow/graduate"),
        ("POST", "/status/{issue_id}/publish"),
        ("POST", "/status/plans/{plan_id}/approve"),
        ("POST", "/actions/{action_id}/done"),
        ("POST", "/me/tokens"),
        ("POST", "/me/tokens/{token_id}/revoke"),
        ("POST", "/me/discord"),
        *(route for route, needed in ROUTES.items() if needed is Right.ADMINISTER and route[0] == "POST"),
    }
)
"""What asks who somebody is again, unless they showed it within the last 15 minutes (RULES S12): approving, publishing, sending to many,
letting sends go on, tokens, and all that is done to colleagues. The API has none of these: a token never showed who it is."""


def needed_for(method: str, path: str) -> Needed | None:
    """Return what a route needs; None when the table does not name it, and then nobody gets in."""
    return ROUTES.get((method, path))
