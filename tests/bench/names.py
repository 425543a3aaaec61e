"""Names of papers wrapped in what people type around them: how often the paper is still first. And small
talk: how often something is found where nothing was asked for.
"""

from __future__ import annotations

import json
import random
import re
import statistics

from digests.archive import Archive
from digests.model import Results
from tests.bench import material
from tests.digests.search.wrappers import ENGLISH, KOREAN

_NAMES, _WRAPPERS = 40, 25


async def measure() -> None:
    """Ask for names that are first alone, each in some of the wrappers; then what asks for nothing."""
    if not material.is_there():
        return
    async with material.empty_database() as database:
        archive = await material.take_in_vault(database)
        chosen = random.Random(13)
        shares: dict[str, list[float]] = {"English": [], "Korean": []}
        for name, paper_id in await _first_alone(archive, chosen):
            for language, wrappers in (("English", ENGLISH), ("Korean", KOREAN)):
                asked = [wrapper.replace("{X}", name) for wrapper in chosen.sample(wrappers, _WRAPPERS)]
                firsts = [_first(await _find(archive, question)) == paper_id for question in asked]
                shares[language].append(sum(firsts) / len(firsts))
        for language, own in shares.items():
            print(
                f"  {len(own)} names in {_WRAPPERS} {language} wrappers: first in {statistics.mean(own):.1%}"
            )
        nothing = json.loads(material.NOTHING.read_text(encoding="utf-8"))
        found = [one["query"] for one in nothing if (await _find(archive, one["query"])).hits]
        print(f"  of {len(nothing)} questions with nothing to find {len(found)} find something: {found}")


async def _first_alone(archive: Archive, chosen: random.Random) -> list[tuple[str, int]]:
    """Names that stand before the colon of a title and find that paper first."""
    titles = sorted({entry.paper.title for entry in material.entries()})
    names = [match[1] for title in titles if (match := re.match(r"([A-Z][\w.-]+): ", title))]
    found: list[tuple[str, int]] = []
    for name in chosen.sample(names, len(names)):
        results = await _find(archive, name)
        paper_id = _first(results)
        if paper_id is not None and results.hits[0].entry.paper.title.startswith(f"{name}:"):
            found.append((name, paper_id))
        if len(found) == _NAMES:
            break
    return found


async def _find(archive: Archive, question: str) -> Results:
    return await archive.search(question, workspace=None, until=None, today=None, now=material.NOW)


def _first(results: Results) -> int | None:
    return results.hits[0].entry.paper_id if results.hits else None
