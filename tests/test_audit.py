"""The check of the locks for known vulnerabilities, against a list in the OSV format."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version

from tests import audit

LOCK = "aiohttp==3.9.1 \\\n    --hash=sha256:00\nSQLAlchemy[asyncio]==2.1.0 ; python_version > '3'\n"


def _advisory(**affected: Any) -> dict[str, Any]:
    return {
        "id": "PYSEC-1",
        "modified": "2026-01-02T00:00:00Z",
        "affected": [{"package": {"name": "AIOHTTP", "ecosystem": "PyPI"}, **affected}],
    }


@pytest.mark.parametrize(
    ("affected", "counts"),
    [
        ({"versions": ["3.9.1"]}, True),
        ({"versions": ["3.9.0"]}, False),
        ({"ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "3.9.2"}]}]}, True),
        ({"ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "3.9.1"}]}]}, False),
        ({"ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "3.10"}]}]}, False),
        ({"ranges": [{"type": "GIT", "events": [{"introduced": "0"}]}]}, False),
    ],
)
def test_a_version_is_compared_with_lists_and_ranges(affected: dict[str, Any], counts: bool) -> None:
    """A locked version counts if an advisory lists it or one of its ranges holds it."""
    packages = audit.locked(LOCK)
    assert packages == {"aiohttp": Version("3.9.1"), "sqlalchemy": Version("2.1.0")}
    assert bool(list(audit.findings(packages, [_advisory(**affected)]))) is counts
    withdrawn = _advisory(**affected) | {"withdrawn": "2026-01-03T00:00:00Z"}
    assert list(audit.findings(packages, [withdrawn])) == []


def test_a_list_is_read_with_its_age(tmp_path: Path) -> None:
    """YAML and JSON files of all subfolders are read; the newest change says how old the list is."""
    (tmp_path / "vulns").mkdir()
    (tmp_path / "vulns" / "one.yaml").write_text("id: A\nmodified: 2026-01-02T03:04:05Z\naffected: []\n")
    (tmp_path / "two.json").write_text('{"id": "B", "modified": "2025-01-01T00:00:00Z", "affected": []}')
    (tmp_path / "readme.json").write_text("{}")
    advisories = list(audit.read_advisories(tmp_path))
    assert sorted(each["id"] for each in advisories) == ["A", "B"]
    assert audit.newest(advisories) == date(2026, 1, 2)
