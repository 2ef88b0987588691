"""Reading a mention as its text says: well, with an error, never ending, waiting, or ending the process.

Pickled into processes of their own.
"""

from __future__ import annotations

import os
import signal
import time

from listener.model.mention import StoredMention


class Work:
    """What a process is given to do."""

    def __call__(self, stored: StoredMention) -> None:
        said = stored.mention.text
        if said == "raise":
            raise ValueError("no such word")
        while said == "hang":
            pass
        if said == "wait":
            time.sleep(3_600)
        if said == "wait a while":  # as on a machine that is busy with other things
            time.sleep(2)
        if said == "end":
            os.kill(os.getpid(), signal.SIGSEGV)
