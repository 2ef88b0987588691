"""Count what people said in a week besides their issues: ideas, and compliments with the teams that they name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from moderation.insight.week import Remark
from moderation.ledger.week_facts import WeekFacts
from moderation.model.week_report import Remarks
from moderation.reports.teams import named_teams, team_words
from moderation.workflows.week_parts import WeekParts

MOST_QUOTES = 5
MOST_PRAISE_READ = 500


def remarks_of(found: Sequence[Remark]) -> Remarks:
    issues = Counter[int]()
    for one in found:
        if one.issue_id is not None:
            issues[one.issue_id] += one.mentions
    count = sum(one.mentions for one in found)
    return Remarks(
        count=count,
        issues=dict(sorted(issues.items(), key=lambda pair: (-pair[1], pair[0]))),
        loose=count - issues.total(),
        mention_ids=tuple(one.mention_id for one in found[:MOST_QUOTES]),
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
        named += [one.mention_id] if these else []
    whole = remarks_of(found)
    first = [one.mention_id for one in found if one.mention_id in set(named)]
    quoted = tuple(dict.fromkeys([*first, *whole.mention_ids]))[:MOST_QUOTES]
    return Remarks(
        count=whole.count,
        issues=whole.issues,
        loose=whole.loose,
        mention_ids=quoted,
        teams=dict(sorted(teams.items(), key=lambda pair: (-pair[1], pair[0]))),
        no_team=none,
    )
