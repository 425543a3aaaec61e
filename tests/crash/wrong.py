"""Which failure each wrong courier must be found out by."""

from __future__ import annotations

from tests.crash.battery import Script

WRONG = {
    "naive_retry": "doubled",
    "at_most_once": "lost",
    "no_settle_time": "doubled",
    "never_content": "needless_reads",
}
"""What each variant does."""

_REFUSED = {"rate_limited": 0.3, "drop_after": 0.1, "error_before": 0.1}
_UNSURE = {"error_after": 0.1, "drop_after": 0.1, "drop_before": 0.1, "late": 0.3}


def wrong_script(variant: str) -> Script:
    """One day with a bad connection, which finds each of them out without a crash. Late messages come so late
    that a busy machine does not look too late either.
    """
    odds = _REFUSED if WRONG[variant] == "needless_reads" else _UNSURE
    return Script(
        variant=variant, odds=odds, late=(0.5, 6.0), rounds=1, seconds=0, hits=0, freezes=0, rooms_each=2,
        every=6, points=(),
    )  # fmt: skip
