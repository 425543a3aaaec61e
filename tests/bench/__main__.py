"""``make bench``: every measurement but the longest, or those named (``python -m tests.bench intake``).

Speed is always a ratio to a named reference in the same run; each module says which.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from tests.bench import (
    ablation,
    driver,
    fanout,
    instant_ack,
    intake,
    loading,
    memory,
    million,
    names,
    quality,
    roundtrip,
    start,
)

MEASUREMENTS: dict[str, Callable[[], Coroutine[Any, Any, None]]] = {
    "ablation": ablation.measure,
    "driver": driver.measure,
    "fanout": fanout.measure,
    "intake": intake.measure,
    "loading": loading.measure,
    "memory": memory.measure,
    "million": million.measure,
    "instant_ack": instant_ack.measure,
    "names": names.measure,
    "quality": quality.measure,
    "roundtrip": roundtrip.measure,
    "start": start.measure,
}


FOR_THE_RECORD = frozenset({"ablation", "million"})
"""Measured only when named: they take minutes, and half an hour."""


def main(names: list[str]) -> int:
    """Run the named measurements, without a name all but those ``FOR_THE_RECORD``; exit status 2 for an
    unknown name.
    """
    unknown = [name for name in names if name not in MEASUREMENTS]
    if unknown:
        print(f"no measurement {', '.join(unknown)}; there are {', '.join(MEASUREMENTS)}", file=sys.stderr)
        return 2
    for name in names or [name for name in MEASUREMENTS if name not in FOR_THE_RECORD]:
        print(f"== {name}", flush=True)
        asyncio.run(MEASUREMENTS[name]())
        print(flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
