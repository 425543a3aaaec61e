"""`haru sources`, as an operator uses it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.system.conftest import Finished

Haru = Callable[..., Finished]

NOTE = (
    "https://arxiv.org/abs/2503.00001\n*A Paper on Sleep* (Ada Lovelace)\n\n잠에 대한 논문이에요.\n\n#sleep\n"
)


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    """A folder with one note."""
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "250303 Sleep.md").write_text(NOTE, encoding="utf-8")
    return folder


def test_a_folder_is_added_and_polled(haru: Haru, notes: Path) -> None:
    """Adding a folder imports its notes, a later poll imports new ones, and the list shows both."""
    added = haru("sources", "add", str(notes), "--zone", "Asia/Seoul", "--every", "5")
    assert (added.status, "Added notes (folder" in added.output) == (0, True), added.errors
    assert [hit["title"] for hit in haru("search", "sleep", "--json").json] == ["A Paper on Sleep"]
    (notes / "250304 Dreams.md").write_text(NOTE.replace("Sleep", "Dreams").replace("00001", "00002"))
    assert haru("sources", "poll", "notes").status == 0
    (listed,) = haru("sources", "list", "--json").json
    said = {name: listed[name] for name in ("name", "kind", "zone", "every", "documents", "enabled", "error")}
    assert said == {
        "name": "notes",
        "kind": "folder",
        "zone": "Asia/Seoul",
        "every": 5,
        "documents": 2,
        "enabled": True,
        "error": None,
    }


def test_a_failing_source_is_reported_by_the_doctor(haru: Haru, notes: Path) -> None:
    """A folder that is gone is reported by name in the poll, in the list and in `haru doctor`."""
    haru("sources", "add", str(notes))
    notes.rename(notes.with_name("elsewhere"))
    polled = haru("sources", "poll")
    assert polled.status == 1
    assert "is its disk mounted" in polled.errors
    doctor = haru("doctor")
    assert doctor.status == 1
    assert "BAD  source: notes failed once" in doctor.output
    assert haru("sources", "list", "--json").json[0]["failures"] == 1


def test_a_source_turned_off_stays_off(haru: Haru, notes: Path) -> None:
    """Neither polling all sources nor adding the source again turns it on; `haru sources on` does."""
    haru("sources", "add", str(notes))
    assert haru("sources", "off", "notes").output == "notes is off.\n"
    assert haru("sources", "poll", "notes").status == 1
    again = haru("sources", "add", str(notes))
    assert (again.status, "haru sources on notes" in again.errors) == (1, True)
    assert "notes is switched off" in haru("doctor").output
    assert haru("sources", "on", "notes").status == 0
    assert haru("sources", "poll", "notes").status == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("add", "nowhere"), "neither a folder nor an address"),
        (("add", "http://127.0.0.1:9/feed"), "private address"),
        (("add", "git://example.org/notes"), "neither a folder nor an address"),
        (("add", "--kind", "git", "git://example.org/notes"), "cannot be trusted on its way"),
        (("poll", "nothing"), "There is no source nothing"),
        (("off", "nothing"), "There is no source nothing"),
    ],
)
def test_a_wrong_place_or_name_is_reported_in_a_sentence(
    haru: Haru, words: tuple[str, ...], says: str
) -> None:
    """A wrong place or name ends with status 1 and one sentence, and never with a traceback."""
    done = haru("sources", *words)
    assert done.status == 1
    assert says in done.errors
    assert "Traceback" not in done.errors
