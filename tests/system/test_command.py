"""The ``haru`` command, as the people and programs that run it see it."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.system.conftest import NEWSLETTER, Finished, needs_newsletter

Haru = Callable[..., Finished]

COMMANDS = """run serve worker migrate import export sources search preview deliver health channels deliveries
doctor manifest pause resume retract forget"""

DIGEST = """2025-03-03
A Paper on Sleep: Does It Help?
https://arxiv.org/abs/2503.00001
(Ada Lovelace, Alan Turing)
An abstract of it.
잠에 대한 논문이에요.
A paper about sleep.
#sleep #scaling_law
"""


@pytest.fixture
def digest(tmp_path: Path) -> Path:
    """A newsletter file with one entry."""
    path = tmp_path / "sleep.txt"
    path.write_text(DIGEST, encoding="utf-8")
    return path


def test_a_digest_is_taken_in_once(haru: Haru, digest: Path) -> None:
    """The first import of a document reports it as new, and the second as the same."""
    first, second = haru("import", str(digest), "--json"), haru("import", str(digest), "--json")
    assert (first.status, second.status) == (0, 0), first.errors + second.errors
    assert first.lines == [
        {
            "document": "sleep.txt",
            "status": "new",
            "reason": None,
            "line": None,
            "date": "2025-03-03",
            "entries": [
                {
                    "title": "A Paper on Sleep: Does It Help?",
                    "authors": ["Ada Lovelace", "Alan Turing"],
                    "url": "https://arxiv.org/abs/2503.00001",
                    "arxiv_id": "2503.00001",
                    "abstract": "An abstract of it.",
                    "commentaries": {"ko": "잠에 대한 논문이에요.", "en": "A paper about sleep."},
                    "tags": ["sleep", "scaling-law"],
                    "status": "new",
                }
            ],
        }
    ]
    same = {"title": "A Paper on Sleep: Does It Help?", "status": "same"}
    assert second.lines == [first.lines[0] | {"status": "same", "entries": [same]}]


def test_each_path_is_reported(haru: Haru, digest: Path, tmp_path: Path) -> None:
    """A missing path, a binary file and an empty folder are each reported, and the rest is imported."""
    binary, empty = tmp_path / "binary.txt", tmp_path / "empty"
    binary.write_bytes(b"\x7fELF\x00\xff")
    empty.mkdir()
    done = haru("import", str(tmp_path / "none.txt"), str(binary), str(empty), str(digest), "--json")
    assert done.status == 1
    assert [record["status"] for record in done.lines] == ["refused", "new"]
    assert "none.txt cannot be read: No such file" in done.errors
    assert "binary.txt:1: The document has a NUL character" in done.errors
    assert "empty has no documents (.htm" in done.errors


def test_a_corrected_digest_is_changed(haru: Haru, digest: Path) -> None:
    """A document whose text was corrected is reported as changed, with its entries."""
    haru("import", str(digest))
    digest.write_text(DIGEST.replace("A paper about sleep.", "A paper about deep sleep."), encoding="utf-8")
    (record,) = haru("import", str(digest), "--json").lines
    assert record["status"] == "changed"
    assert record["entries"][0]["status"] == "changed"
    assert record["entries"][0]["commentaries"]["en"] == "A paper about deep sleep."


def test_a_dry_run_changes_nothing(haru: Haru, digest: Path) -> None:
    """With --dry-run each document's status is reported and nothing is imported."""
    assert haru("import", str(digest), "--dry-run", "--json").lines[0]["status"] == "new"
    assert haru("search", "sleep", "--json").json == []


def test_export_prints_every_entry(haru: Haru, digest: Path, tmp_path: Path) -> None:
    """Export gives every entry on a line, undated ones last, each with the documents of its paper."""
    note = tmp_path / "notes" / "Untitled thought.md"
    note.parent.mkdir()
    note.write_text("https://arxiv.org/abs/2503.00001\n\n한 번 더 읽었어요.\n\n#sleep\n", encoding="utf-8")
    assert haru("import", str(digest), str(note.parent)).status == 0
    dated, undated = haru("export", "--json").lines
    assert (dated["date"], undated["date"]) == ("2025-03-03", None)
    assert dated["paper"] == undated["paper"]
    assert dated["documents"] == ["Untitled thought.md", "sleep.txt"]
    assert dated["commentaries"] == {"ko": "잠에 대한 논문이에요.", "en": "A paper about sleep."}
    assert undated["commentaries"]["ko"] == "한 번 더 읽었어요."
    assert "2025-03-03  A Paper on Sleep: Does It Help?" in haru("export").output


def test_export_prints_each_paper_once_for_other_programs(haru: Haru, digest: Path, tmp_path: Path) -> None:
    """With --format each paper comes once, also where two documents have it; --json beside it is refused."""
    note = tmp_path / "notes" / "Untitled thought.md"
    note.parent.mkdir()
    note.write_text("https://arxiv.org/abs/2503.00001\n\n한 번 더 읽었어요.\n\n#sleep\n", encoding="utf-8")
    haru("import", str(digest), str(note.parent))
    assert haru("export", "--format", "bibtex").output.count("@misc{") == 1
    assert haru("export", "--format", "ris").output.count("TY  - RPRT") == 1
    assert len(haru("export", "--format", "csv").output.splitlines()) == 2
    assert haru("export", "--format", "csv", "--json").status == 2
    assert "A Paper on Sleep" in haru("export", "sleep", "--format", "bibtex").output
    assert haru("export", "nothing-like-it").status == 1


def test_search_prints_the_papers_found(haru: Haru, digest: Path) -> None:
    """A search prints papers with the documents they came from; without results it prints an empty array."""
    haru("import", str(digest))
    (found,) = haru("search", "slep", "--json").json
    assert found["title"] == "A Paper on Sleep: Does It Help?"
    assert found["documents"] == ["sleep.txt"]
    assert found["date"] == "2025-03-03"
    assert set(found) == {"title", "authors", "url", "arxiv_id", "tags", "date", "score", "documents"}
    assert haru("search", "xyzzyplugh", "--json").json == []


@pytest.mark.parametrize(
    ("words", "unneeded"),
    [
        (["--help"], ("slack_bolt", "sqlalchemy", "pydantic", "rich", "alembic")),
        (["search", "sleep"], ("slack_bolt", "slack_sdk", "alembic")),
    ],
    ids=["help", "search"],
)
def test_a_command_loads_only_what_it_needs(
    haru: Haru, digest: Path, words: list[str], unneeded: tuple[str, ...]
) -> None:
    """Help imports no large library, and a search of an up-to-date archive imports none of Slack's."""
    assert haru("import", str(digest)).status == 0
    done = haru(*words, PYTHONPROFILEIMPORTTIME="1")
    assert done.status == 0, done.errors
    loaded = {line.rpartition("|")[2].strip() for line in done.errors.splitlines()}
    assert "bot.cli" in loaded
    assert loaded.isdisjoint(unneeded)


def test_search_reads_queries_from_standard_input(haru: Haru, digest: Path) -> None:
    """Queries, one a line, are answered with one array a line, in order, also an empty line."""
    haru("import", str(digest))
    answers = haru("search", "--json", "-", stdin="sleep\n\nxyzzyplugh\nsleep\n").lines
    assert [len(answer) for answer in answers] == [1, 0, 0, 1]


def test_an_unreadable_document_is_refused_in_words(haru: Haru, tmp_path: Path, digest: Path) -> None:
    """An unreadable document is refused with a reason and exit status 1, and the others are imported."""
    (tmp_path / "binary.txt").write_bytes(b"\xff\xfe\x00broken")
    done = haru("import", str(tmp_path), "--json")
    statuses = {record["document"]: record["status"] for record in done.lines}
    assert statuses == {"binary.txt": "refused", "sleep.txt": "new"}
    assert done.status == 1
    assert "binary.txt" in done.errors
    assert "Traceback" not in done.errors


@pytest.mark.parametrize(
    ("words", "variables", "status", "said"),
    [
        (["import", "nowhere.txt"], {}, 1, "nowhere.txt"),
        (["search", "x"], {"DATABASE_URL": "mysql://h/d"}, 1, "DATABASE_URL"),
        (["search", "x"], {"DATABASE_URL": "sqlite:////proc/nowhere/haru.sqlite3"}, 1, "/proc/nowhere"),
        (["search", "x"], {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}, 1, "database"),
        (["search", "x"], {"PORT": "many"}, 1, "PORT"),
        (["run"], {"SLACK_APP_TOKEN": "xapp-1"}, 1, "SLACK_BOT_TOKEN"),
        (["run"], {"SLACK_BOT_TOKEN": "xapp-1"}, 1, "xoxb-"),
        (["serve"], {}, 1, "SLACK_BOT_TOKEN"),
        (["preview", "--date", "tomorrow"], {}, 2, "2025-02-25"),
        (["deliver", "--now", "09:00"], {}, 2, "2025-02-25T09:00:00"),
        (["deliver", "--now", "2025-02-25T09:00:00"], {}, 2, "time zone"),
        (["manifest", "--url", "http://haru"], {}, 2, "https://"),
        (["fly"], {}, 2, "fly"),
    ],
)
def test_a_mistake_is_one_clear_sentence(
    haru: Haru, words: list[str], variables: dict[str, str], status: int, said: str
) -> None:
    """Wrong input of any kind is reported in words with its exit status, and never as a traceback."""
    done = haru(*words, **variables)
    assert done.status == status, done.errors
    assert said in done.errors
    assert "Traceback" not in done.errors + done.output


def test_a_busy_port_is_reported(haru: Haru) -> None:
    """If another program holds the local workspace's port, `haru run` names the port and ends."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = haru("run", HARU_LOCAL_PORT=str(port))
    assert done.status == 1
    assert str(port) in done.errors
    assert "Traceback" not in done.errors


def test_every_command_explains_itself(haru: Haru) -> None:
    """Each command the README lists exists, and its --help describes it."""
    for command in COMMANDS.split():
        done = haru(command, "--help")
        assert done.status == 0, command
        assert len(done.output.splitlines()) > 3, command


@needs_newsletter
def test_the_real_newsletter_is_read_whole(haru: Haru) -> None:
    """The real newsletter gives eleven new entries, and on a second import the same eleven."""
    (first,) = haru("import", str(NEWSLETTER), "--json").lines
    (second,) = haru("import", str(NEWSLETTER), "--json").lines
    assert [entry["status"] for entry in first["entries"]] == ["new"] * 11
    assert [entry["status"] for entry in second["entries"]] == ["same"] * 11
    looped = haru("search", "looped", "--json").json[0]
    assert looped["title"] == "Reasoning with Latent Thoughts: On the Power of Looped Transformers"


@needs_newsletter
@pytest.mark.parametrize(("language", "other"), [("en", "ko"), ("ko", "en")])
@pytest.mark.parametrize("layout", ["digest", "thread", "stream"])
def test_a_preview_is_in_one_language(haru: Haru, language: str, other: str, layout: str) -> None:
    """A preview holds every title and every commentary of its language, and no commentary of the other's."""
    (taken,) = haru("import", str(NEWSLETTER), "--json").lines
    done = haru("preview", "--date", "2025-02-25", "--language", language, "--layout", layout, "--json")
    text = " ".join(" ".join(_texts(message["blocks"])) for message in done.json)
    assert all(message["metadata"]["event_type"] for message in done.json)
    for entry in taken["entries"]:
        assert entry["title"] in text
        assert all(_shown(line) in text for line in entry["commentaries"][language].splitlines() if line)
        assert not any(_shown(line) in text for line in entry["commentaries"][other].splitlines() if line)


def _texts(value: object) -> list[str]:
    if isinstance(value, dict):
        own = [value["text"]] if isinstance(value.get("text"), str) else []
        return own + [text for part in value.values() for text in _texts(part)]
    if isinstance(value, list):
        return [text for part in value for text in _texts(part)]
    return []


def _shown(line: str) -> str:
    # A URL in prose becomes a link, so only the words before it are unchanged.
    return line.split(" (http")[0]


def test_json_of_refused_entries_keeps_its_shape() -> None:
    """The JSON record of a refused entry has its title, reason and line."""
    from bot.terminal.json_records import taken_record
    from digests.errors import RefusalCode, RefusalReason
    from digests.model import ImportedDocument, ImportedEntry, ImportStatus

    reason = RefusalReason(RefusalCode.SECOND_AUTHORS)
    taken = ImportedDocument(
        "a.txt", ImportStatus.NEW, entries=(ImportedEntry(ImportStatus.REFUSED, "T", None, reason, 7),)
    )
    assert json.loads(json.dumps(taken_record(taken)))["entries"] == [
        {"title": "T", "status": "refused", "reason": str(reason), "line": 7}
    ]


def test_forgetting_names_what_it_did_not_find(haru: Haru) -> None:
    """If there is no data of a workspace, `haru forget` says so."""
    done = haru("forget", "T404", "--yes")
    assert (done.status, done.output) == (1, "")
    assert "there is no data of a workspace T404" in done.errors


def test_what_haru_writes_is_for_its_own_user_only(haru: Haru, digest: Path, tmp_path: Path) -> None:
    """A new database is readable by its owner alone, in a folder that only the owner can open."""
    assert haru("import", str(digest)).status == 0
    folder = tmp_path / "data"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
