"""Count what people said in a week besides their issues: ideas, and compliments with the teams that they name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from listener.digest.choice import choose_quotes, link_only
from moderation.insight.week import Remark
from moderation.ledger.week_facts import WeekFacts
from moderation.model.week_report import Remarks
from moderation.reports.teams import named_teams, team_words
from moderation.reports.week import Week
from moderation.workflows.week_parts import WeekParts

MOST_QUOTES = 5
MOST_PRAISE_READ = 500
MOST_CANDIDATES = 60


def remarks_of(parts: WeekParts, found: Sequence[Remark]) -> Remarks:
    """Return remarks with their numbers and the messages to quote. Private ones are counted, and never quoted."""
    private = parts.listening.ledger.mentions.private_among(one.mention_id for one in found)
    told = [one for one in found if one.mention_id not in private]
    issues = Counter[int]()
    for one in found:
        if one.issue_id is not None:
            issues[one.issue_id] += one.mentions
    count = sum(one.mentions for one in found)
    return Remarks(
        count=count,
        issues=dict(sorted(issues.items(), key=lambda pair: (-pair[1], pair[0]))),
        loose=count - issues.total(),
        mention_ids=tuple(one.mention_id for one in sorted(told, key=_only_links)[:MOST_QUOTES]),
    )


def praise_of(parts: WeekParts, facts: WeekFacts, found: Sequence[Remark]) -> Remarks:
    """Return the compliments with the teams that they name, read from the newest texts."""
    terms = team_words(parts.team_lists, facts.teams())
    read = {one.mention_id: one.mentions for one in found[:MOST_PRAISE_READ]}
    teams, none = Counter[str](), 0
    named: list[int] = []
    for one in parts.listening.ledger.mentions.by_ids(list(read)):
        these = named_teams(f"{one.mention.title}\n{one.mention.text}", terms)
        teams.update(dict.fromkeys(these, read[one.mention_id]))
        none += 0 if these else read[one.mention_id]
        named += [one.mention_id] if these and not one.private else []
    whole = remarks_of(parts, found)
    first = [one.mention_id for one in sorted(found, key=_only_links) if one.mention_id in set(named) and not _only_links(one)]
    quoted = tuple(dict.fromkeys([*first, *whole.mention_ids]))[:MOST_QUOTES]
    return Remarks(
        count=whole.count,
        issues=whole.issues,
        loose=whole.loose,
        mention_ids=quoted,
        teams=dict(sorted(teams.items(), key=lambda pair: (-pair[1], pair[0]))),
        no_team=none,
    )


def voices_of(parts: WeekParts, issue_ids: Sequence[int], week: Week) -> dict[int, int]:
    """Return a mention to quote for each of these issues: what its people typically wrote that week; none that only links or is private."""
    found = parts.insight.candidates(issue_ids, week.from_at, week.as_of, MOST_CANDIDATES)
    voices: dict[int, int] = {}
    private = parts.listening.ledger.mentions.private_among(one.mention_id for some in found.values() for one in some)
    for issue_id, some in found.items():
        fit = [one for one in some if not link_only(one.platform) and one.mention_id not in private]
        chosen = choose_quotes([one.mention_id for one in fit], [one.person for one in fit], [one.vector for one in fit], 1)
        if chosen:
            voices[issue_id] = chosen[0]
    return voices


def _only_links(one: Remark) -> bool:
    """Tell whether a remark stands where it may not be quoted: others go first."""
    return link_only(one.platform)
