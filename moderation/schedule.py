"""How often the service looks at its work, in seconds."""

from __future__ import annotations

CONNECT_SECONDS = 60.0
"""How often an account whose platform was down at the start is tried again (RULES F38)."""
CASES_SECONDS = 0.5
"""Whoever speaks to us is in the queue within a second, also while the analyser is busy; a look that finds nothing takes no lock."""
CHECK_CASES_SECONDS = 3_600.0
"""All messages of the last weeks are looked at once more, in case one was overlooked; it reads much and finds nothing."""
OUTBOX_SECONDS = 2.0
"""RULES B6: approved to accepted within five seconds."""
RECONCILE_SECONDS = 15.0
"""An unknown outcome is looked up at least twice, a minute or more apart; this is how often it is seen whether that minute is over."""
OWN_ACCOUNT_SECONDS = 120.0
"""RULES S33: a post on our account that is not in our ledger is an alarm within five minutes."""
REPORT_SECONDS = 30.0
"""A digest or report is due when its period has no row in the ledger (RULES F15), not when a timer rings."""
DELIVER_SECONDS = 20.0
"""What people of ours asked to be told: a signal is with them within the minute; a round that finds nothing only reads."""
STATUS_SECONDS = 20.0
"""Promises, and broadcasts that were approved: "no news yet" is ready half an hour ahead, to the minute."""
CLOCK_SECONDS = 20.0
"""Clocks that turn orange or red: seen within the minute in which they do."""
SEARCH_SECONDS = 2.0
"""What was read just now is found within seconds."""
TELL_BACK_SECONDS = 60.0
"""Messages about a finished action are prepared when it is closed; this goes on with what a restart left undone."""
TAP_SECONDS = 3_600.0
"""Done actions are looked at once a week; this is how often it is seen whether a week's look is due."""
SOURCE_TROUBLE_SECONDS = 60.0
"""A source that is not let in or not to be reached: who has to act hears of it within the minute."""
CONFIRM_SECONDS = 30.0
"""A post that its forum said was destroyed is gone within the minute, once the forum was asked."""
SUBJECTS_SECONDS = 60.0
"""Whoever pressed "forget me" while the ledger was busy is forgotten within the minute; what a crash cut off goes on at the start."""
INVITE_SECONDS = 300.0
"""Quiet times are hours at least: whether to ask somebody can wait some minutes."""
KNOWLEDGE_SECONDS = 900.0
"""Suggestions from answered conversations, flags, and what removed messages leave behind: nobody waits, a day is the limit (RULES)."""
TIDY_SECONDS = 3_600.0
"""The write-ahead log is emptied, so that texts of removed messages leave the disk."""
RETAIN_SECONDS = 1_800.0
"""What was kept long enough goes once a night; this is how often it is seen whether its hour has come."""
TITLES_SECONDS = 600.0
"""Titles that a language model words anew, where one is set: nobody waits for them."""
LEARN_SECONDS = 1_800.0
"""Learning happens once a night; this is how often it is seen whether its hour has come."""
BOT_THREADS_SECONDS = 20.0
"""Threads of issues in the team's Discord channel: a new state is told within the minute."""
