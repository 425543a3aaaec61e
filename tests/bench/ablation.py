"""What each weight of the lookup brings: the quality over the labelled queries without it.

Not part of ``make bench``, since it takes some minutes: ``python -m tests.bench ablation``.
"""

from __future__ import annotations

import statistics

from digests.search import weights
from tests.bench import material, quality

BROKEN = 0.0
"""A weight that is left out."""


async def measure() -> None:
    """Ask every labelled query without each weight in turn."""
    if not material.is_there():
        return
    queries = quality.labelled()
    async with material.empty_database() as database:
        archive = await material.take_in_vault(database)

        async def mean() -> float:
            found, _ = await quality.ask(archive, queries)
            return statistics.mean(quality.by_class(found, queries).values())

        whole = await mean()
        print(f"  with all weights: {whole:.4f}")
        for name, value in sorted(vars(weights).items()):
            if name.isupper() and isinstance(value, float):
                setattr(weights, name, BROKEN)
                print(f"  without {name} ({value:g}): {await mean() - whole:+.4f}", flush=True)
                setattr(weights, name, value)
