"""`make crash`: worker processes are killed and frozen at every named point, on each database.

    python -m tests.crash [--hits 20] [--freezes 3] [--seconds 900] [--seed 1] [--only sqlite]

Prints how often each point was hit and what the local workspace's record shows, then shows that couriers that
are wrong on purpose are found out. Exit status 1 when Haru has a fault, or a wrong courier is not found out.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

import psycopg

from tests.crash.battery import NOWHERE, Outcome, Script, run
from tests.crash.points import POINTS
from tests.crash.wrong import WRONG, wrong_script
from tests.postgres import postgres_server

SETUPS = {"sqlite": 1, "postgresql": 1, "postgresql x4": 4}


def main() -> int:
    """Run everything and print the results."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--hits", type=int, default=20, help="kills at each point")
    parser.add_argument("--freezes", type=int, default=3, help="freezes at each point")
    parser.add_argument("--seconds", type=float, default=900, help="at most, for each setup")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=[*SETUPS, *WRONG], help="one setup or wrong courier")
    chosen = parser.parse_args()
    names = [name for name in (*SETUPS, *WRONG) if chosen.only in (None, name)]
    scripts = {
        name: wrong_script(name)
        if name in WRONG
        else Script(
            SETUPS[name], hits=chosen.hits, freezes=chosen.freezes, seconds=chosen.seconds, seed=chosen.seed
        )
        for name in names
    }
    with tempfile.TemporaryDirectory(prefix="haru-crash-") as home, postgres_server(home) as server:
        found = asyncio.run(_run_all(scripts, Path(home), server.get_uri()))
    outcomes = {name: found[name] for name in SETUPS if name in found}
    wrong = {name: found[name] for name in WRONG if name in found}
    if outcomes:
        _print_points(outcomes, chosen.hits)
    for name, outcome in wrong.items():
        kinds = {kind: len(what) for kind, what in outcome.verdict.failures().items()}
        print(f"wrong on purpose: {name:15} {outcome.verdict.messages} messages, {kinds}")
    failed = any(outcome.verdict.failures() or not outcome.is_valid for outcome in outcomes.values())
    missed = any(outcome.killed[point] < chosen.hits for outcome in outcomes.values() for point in POINTS)
    unnoticed = any(WRONG[name] not in outcome.verdict.failures() for name, outcome in wrong.items())
    return int(failed or missed or unnoticed)


async def _run_all(scripts: dict[str, Script], home: Path, postgres: str) -> dict[str, Outcome]:
    """Run the setups side by side, since they mostly wait; then the wrong couriers."""
    found: dict[str, Outcome] = {}

    async def play(name: str) -> None:
        folder = home / name.replace(" ", "-")
        url = f"sqlite:///{folder}/haru.sqlite3"
        if name.startswith("postgresql"):
            database = f"crash_{SETUPS[name]}"
            with psycopg.connect(postgres, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {database}")
            url = postgres.replace("/postgres?", f"/{database}?")
        found[name] = await run(scripts[name], url, folder)
        if name in SETUPS:
            _print_one(name, found[name])

    for group in (SETUPS, WRONG):
        await asyncio.gather(*(play(name) for name in group if name in scripts))
    return found


def _print_one(name: str, outcome: Outcome) -> None:
    verdict = outcome.verdict
    print(
        f"{name}: {outcome.rounds} days, {verdict.messages} messages, {sum(outcome.killed.values())} kills,"
        f" {sum(outcome.frozen.values())} freezes, {sum(outcome.faults.values())} faults"
        f" in {outcome.seconds:.0f} s; the workspace stood still for {outcome.standstill:.2f} s at most"
    )
    print("  " + ", ".join(f"{kind} {count}" for kind, count in sorted(outcome.faults.items())))
    print("  " + ", ".join(f"{kind} {len(what)}" for kind, what in verdict.counted()), flush=True)
    for kind, what in verdict.failures().items():
        for line in what[:10]:
            print(f"    {kind}: {line}", flush=True)


def _print_points(outcomes: dict[str, Outcome], hits: int) -> None:
    print(f"\n{'kills + freezes at':22}" + "".join(f"{name:>16}" for name in outcomes))
    for point in (*POINTS, NOWHERE):
        row = "".join(
            f"{f'{outcome.killed[point]} + {outcome.frozen[point]}':>16}" for outcome in outcomes.values()
        )
        print(f"{point:22}{row}  {POINTS.get(point, 'out of patience')}")
    print(f"(at least {hits} kills were asked for at each)\n")


if __name__ == "__main__":
    sys.exit(main())
