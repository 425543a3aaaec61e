"""How couriers that are wrong on purpose are found out, and by what."""

from __future__ import annotations

from tests.crash.battery import Script

WRONG = {"naive_retry": "doubled", "at_most_once": "lost", "no_settle_time": "doubled"}
"""What each variant does to messages."""

_ODDS = {"error_after": 0.1, "drop_after": 0.1, "drop_before": 0.1, "late": 0.3}


def wrong_script(variant: str) -> Script:
    """One day with a bad connection is enough for each of them; nobody needs to die."""
    return Script(
        variant=variant, odds=_ODDS, rounds=1, seconds=0, hits=0, freezes=0, rooms_each=2, every=6, points=()
    )
