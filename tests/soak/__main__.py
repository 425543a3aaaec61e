"""`make soak`: ten thousand schedules of a simulated Haru, spread over the processors.

    python -m tests.soak [--schedules 10000] [--seed 1]

Each share of them has a seed of its own. Exit status 1 when a schedule shows a fault: the shortest such
schedule is printed, and its seed reproduces it.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed

from tests.soak.schedules import judged

PART = 250
"""Schedules made from one seed."""


def main() -> int:
    """Run everything and print the results."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--schedules", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1, help="of the first part; the next has the next")
    chosen = parser.parse_args()
    began = time.monotonic()
    parts = [min(PART, chosen.schedules - start) for start in range(0, chosen.schedules, PART)]
    done = posts = failed = 0
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), mp_context=context) as pool:
        running = {
            pool.submit(judged, chosen.seed + place, schedules): chosen.seed + place
            for place, schedules in enumerate(parts)
        }
        for part in as_completed(running):
            schedules, posted, fault = part.result()
            done, posts = done + schedules, posts + posted
            if fault is not None:
                failed += 1
                print(f"seed {running[part]}: {fault}", flush=True)
            print(f"{done} schedules, {posts} posts, {time.monotonic() - began:.0f} s", flush=True)
    print("no fault found" if not failed else f"{failed} seeds with a fault")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
