"""What a person does on a page, a program does by a call; where it does not, this says why. A new form without either is a gap."""

from __future__ import annotations

from moderation.inbox.rights import FRESH, ROUTES

CALLS = "/api/v1"
TWINS = {
    "/me/views/{view_id}/delete": "/me/views/{view_id}/remove",
    "/issues/{issue_id}/answer": "/issues/{issue_id}/answers",
    "/cases/{case_id}/end": "/cases/{case_id}/close",
    "/cases/{case_id}/notes/remove": "/cases/{case_id}/notes/{note_id}/remove",
    "/questions/answer": "/questions/{question_id}/answer",
    "/questions/withdraw": "/questions/{question_id}/withdraw",
    "/cases/{case_id}/reply/check": "/cases/{case_id}/drafts/check",
    "/cases/{case_id}/reply/preview": "/cases/{case_id}/drafts",
    "/cases/{case_id}/reply/{draft_id}/send": "/drafts/{draft_id}/send",
    "/cases/{case_id}/reply/{draft_id}/ask": "/drafts/{draft_id}/ask",
    "/approvals/{draft_id}/give-back": "/drafts/{draft_id}/give-back",
    "/knowledge/{article_id}/edit": "/knowledge/{article_id}",
    "/status/plans/{plan_id}/cancel": "/plans/{plan_id}/cancel",
}
"""Forms whose call has another address: the form names in a field what a call names in its path, or both do the same in one step."""

PAGE_ONLY = {
    "who somebody is, and the browser in front of them": {
        "/sign-in",
        "/sign-in/code",
        "/sign-in/set-up",
        "/fresh",
        "/sign-out",
        "/language",
        "/me",
        "/me/password",
        "/me/second-step",
        "/me/second-step/codes",
        "/me/second-step/end",
        "/me/sessions/{session_id}/end",
        "/me/discord/unlink",
        "/me/messages",
        "/me/messages/{subscription_id}/pause",
        "/me/messages/{subscription_id}/resume",
        "/me/messages/{subscription_id}/remove",
        "/me/messages/{subscription_id}/test",
    },
    "writing in a window: what is typed is kept there, and a program keeps its own": {
        "/cases/{case_id}/reply",
        "/cases/{case_id}/reply/insert",
        "/cases/{case_id}/reply/put",
        "/cases/{case_id}/reply/drop",
        "/cases/{case_id}/reply/withdraw",
        "/cases/{case_id}/reply/take-over",
        "/cases/{case_id}/reply/{entry_id}/again",
        "/cases/{case_id}/reply/{entry_id}/edit",
        "/cases/{case_id}/advice/insert",
        "/cases/{case_id}/advice/coach",
        "/cases/{case_id}/thanks",
        "/cases/{case_id}/thanks/send",
        "/templates",
        "/templates/change",
        "/templates/retire",
        "/templates/signature",
    },
    "judged by whoever has read the conversation": {
        "/cases/{case_id}/join",
        "/cases/{case_id}/unjoin",
        "/cases/{case_id}/labels",
        "/cases/{case_id}/card",
        "/cases/{case_id}/mark",
        "/cases/{case_id}/consent",
        "/cases/{case_id}/opt-out",
        "/cases/{case_id}/opt-out/end",
        "/cases/{case_id}/knowledge-from-helper",
        "/shadow/{shadow_id}/review",
    },
    "worded and chosen thread by thread before a fresh sign-in lets it out": {
        "/status/{issue_id}/draft",
        "/status/{issue_id}/discard",
        "/status/{issue_id}/plan",
        "/status/plans/{plan_id}/tick",
    },
    "what the house has agreed": {
        "/issues/{issue_id}/plans",
        "/issues/{issue_id}/plans/end",
        "/actions",
        "/actions/{action_id}/drop",
        "/actions/{action_id}/undo",
        "/grid/types",
        "/grid/types/{name}",
        "/grid/types/{name}/retire",
        "/grid/undo",
    },
}
"""Forms without a call, and why. What asks a fresh sign-in is not among them: no token can give it."""


def test_every_form_has_its_call_or_a_reason() -> None:
    forms = {path for method, path in ROUTES if method == "POST" and not path.startswith(CALLS)}
    calls = {path.removeprefix(CALLS) for method, path in ROUTES if method == "POST" and path.startswith(CALLS)}
    told = [path for some in PAGE_ONLY.values() for path in some]
    fresh = {path for _, path in FRESH}
    assert len(told) == len(set(told)), "one reason each"
    assert set(told) & fresh == set()
    assert forms - calls - set(TWINS) - set(told) - fresh == set(), "a form that no program can do, and nobody said why"
    assert set(told) - (forms - calls) == set(), "a reason for what has its call, or is gone"


def test_a_twin_is_there_and_asks_the_same_right() -> None:
    """A call must not be the easier way in."""
    for form, call in TWINS.items():
        assert ROUTES["POST", form] is ROUTES["POST", CALLS + call], form
    for method, path in ROUTES:
        twin = (method, CALLS + path)
        if twin in ROUTES and not path.startswith(CALLS):
            assert ROUTES[method, path] is ROUTES[twin], path


def test_no_call_does_what_asks_who_somebody_is() -> None:
    for method, path in FRESH:
        assert (method, CALLS + path) not in ROUTES
