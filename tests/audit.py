"""``make audit``: checks the locked dependencies for known vulnerabilities.

With a network it asks pip-audit. Without one, ``--advisories FOLDER`` reads a local copy of a list in the OSV
format, such as https://github.com/pypa/advisory-database, and says how old that copy is.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click
import yaml
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

ROOT = Path(__file__).parents[1]
LOCKS = ("requirements.txt", "requirements-semantic.txt")
"""The locks of what runs. The tools of tests see no foreign input."""


def locked(text: str) -> dict[str, Version]:
    """The version of each package in a lock file."""
    found = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)", text, re.MULTILINE)
    return {canonicalize_name(name): Version(version) for name, version in found}


def read_advisories(folder: Path) -> Iterator[dict[str, Any]]:
    """Every advisory of a folder with all its subfolders, in YAML or JSON."""
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".yaml", ".yml", ".json"):
            advisory = yaml.safe_load(path.read_text(encoding="utf-8"))
            if isinstance(advisory, dict) and "affected" in advisory:
                yield advisory


def findings(packages: Mapping[str, Version], advisories: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """A line for each advisory that concerns a locked version. Withdrawn advisories do not count."""
    for advisory in advisories:
        if advisory.get("withdrawn"):
            continue
        for affected in advisory["affected"]:
            name = canonicalize_name(affected.get("package", {}).get("name", ""))
            version = packages.get(name)
            if version is not None and is_affected(version, affected):
                yield f"{name} {version}: {advisory.get('id')} {advisory.get('summary') or ''}".rstrip()


def is_affected(version: Version, affected: Mapping[str, Any]) -> bool:
    """Whether a version is in the list or a range of an advisory. https://ossf.github.io/osv-schema/"""
    if str(version) in map(str, affected.get("versions") or ()):
        return True
    for ranged in affected.get("ranges") or ():
        if ranged.get("type") != "ECOSYSTEM":
            continue
        is_in = False
        for event in ranged["events"]:
            for kind, bound in event.items():
                is_reached = str(bound) == "0" or _at_least(version, str(bound))
                if kind == "introduced" and is_reached:
                    is_in = True
                if kind == "fixed" and is_reached:
                    is_in = False
                if kind == "last_affected" and is_reached and str(version) != str(bound):
                    is_in = False
        if is_in:
            return True
    return False


def _at_least(version: Version, bound: str) -> bool:
    try:
        return version >= Version(bound)
    except InvalidVersion:
        return False


def newest(advisories: Iterable[Mapping[str, Any]]) -> date | None:
    """The day on which the newest advisory was changed."""
    days = (date.fromisoformat(str(each["modified"])[:10]) for each in advisories if each.get("modified"))
    return max(days, default=None)


def main() -> int:
    """Print what is known; 1 if something is, or if nobody could be asked."""
    parser = argparse.ArgumentParser(prog="make audit")
    parser.add_argument("--advisories", type=Path, help="a local copy of an advisory list in the OSV format")
    folder = parser.parse_args().advisories
    if folder is None:
        status = 0
        for lock in LOCKS:
            asked = subprocess.run(
                [sys.executable, "-m", "pip_audit", "--require-hashes", "--disable-pip", "-r", lock], cwd=ROOT
            )
            status = status or asked.returncode
        if status:
            click.echo('Without a network: make audit ARGS="--advisories FOLDER", a copy of an OSV list.')
        return status
    advisories = list(read_advisories(folder))
    day = newest(advisories)
    if day is None:
        click.echo(f"{folder} holds no advisories.")
        return 1
    age = (datetime.now(UTC).date() - day).days
    click.echo(f"{len(advisories)} advisories; the newest is of {day}, {age} days ago.")
    packages: dict[str, Version] = {}
    for lock in LOCKS:
        packages |= locked((ROOT / lock).read_text(encoding="utf-8"))
    found = list(findings(packages, advisories))
    click.echo("\n".join(found) or f"None concerns the {len(packages)} locked packages.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
