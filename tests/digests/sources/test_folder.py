"""The folder source: what is new, what changed, what went, and what cannot be read."""

from __future__ import annotations

import os
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest

from digests.errors import SourceError
from digests.model import Fetch, Source, SourceKind
from digests.sources.folder import FolderFetcher, documents_in


@pytest.fixture
def source(tmp_path: Path) -> Source:
    """A folder with two notes in it."""
    root = tmp_path / "notes"
    (root / "2025").mkdir(parents=True)
    _write(root / "2025" / "250224 One.md", "one")
    _write(root / "250225 Two.md", "two")
    return Source(1, "notes", SourceKind.FOLDER, str(root))


def _write(file: Path, text: str, *, age: int = 60) -> None:
    """Write a file as if so many seconds ago."""
    file.write_text(text)
    then = file.stat().st_mtime_ns - age * 1_000_000_000
    os.utime(file, ns=(then, then))


async def _again(source: Source, before: Fetch) -> Fetch:
    return await FolderFetcher().fetch(replace(source, cursor=before.cursor))


def _names(fetch: Fetch) -> list[str]:
    return [one.path for one in fetch.documents]


async def test_only_what_changed_is_given_again(source: Source) -> None:
    """The first look gives everything, the next nothing, and after a change just that file."""
    first = await FolderFetcher().fetch(source)
    assert _names(first) == ["2025/250224 One.md", "250225 Two.md"]
    second = await _again(source, first)
    assert (_names(second), second.cursor) == ([], first.cursor)
    _write(Path(source.location) / "250225 Two.md", "2.0", age=30)
    (changed,) = (await _again(source, second)).documents
    assert (changed.path, changed.content) == ("250225 Two.md", b"2.0")


async def test_a_touched_file_is_the_same(source: Source) -> None:
    """A new time with the same bytes is no change."""
    first = await FolderFetcher().fetch(source)
    _write(Path(source.location) / "250225 Two.md", "two", age=5)
    assert _names(await _again(source, first)) == []


async def test_a_change_within_one_tick_is_seen(source: Source) -> None:
    """A file written a moment before the look is looked at again, even if time and size then agree."""
    file = Path(source.location) / "250225 Two.md"
    file.write_text("abc")
    stat = file.stat()
    first = await FolderFetcher().fetch(source)
    file.write_text("xyz")
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert _names(await _again(source, first)) == ["250225 Two.md"]


async def test_a_renamed_file_is_known(source: Source) -> None:
    """The same bytes under another name, with the first name gone, are a renamed file."""
    first = await FolderFetcher().fetch(source)
    root = Path(source.location)
    (root / "250225 Two.md").rename(root / "250225 Zwei.md")
    second = await _again(source, first)
    assert second.renamed == {"250225 Zwei.md": "250225 Two.md"}
    assert second.present == frozenset({"2025/250224 One.md", "250225 Zwei.md"})


async def test_a_folder_that_is_not_there_is_said(source: Source) -> None:
    """A folder that went (an unmounted disk) is an error and not an empty folder."""
    with pytest.raises(SourceError, match="is its disk mounted"):
        await FolderFetcher().fetch(replace(source, location=source.location + "-gone"))


async def test_a_file_that_cannot_be_read_stops_no_other(source: Source) -> None:
    """A file whose reading fails is present, refused with the reason, and the rest is read."""
    # A process's own memory is a file that not even root can read from its beginning.
    (Path(source.location) / "250226 Memory.md").symlink_to("/proc/self/mem")
    first = await FolderFetcher().fetch(source)
    assert _names(first) == ["2025/250224 One.md", "250225 Two.md"]
    unreadable = {name: str(reason) for name, reason in first.unreadable.items()}
    assert unreadable == {"250226 Memory.md": "The file cannot be read: Input/output error."}
    assert first.present
    assert "250226 Memory.md" in first.present


async def test_what_only_looks_like_a_note_is_left(source: Source) -> None:
    """A folder called like a note and a link that leads nowhere are no documents."""
    (Path(source.location) / "250227 Folder.md").mkdir()
    loop = Path(source.location) / "250226 Loop.md"
    loop.symlink_to(loop)
    assert _names(await FolderFetcher().fetch(source)) == ["2025/250224 One.md", "250225 Two.md"]


async def test_hidden_and_other_files_are_not_looked_at(source: Source) -> None:
    """What Obsidian or git keep beside the notes is none."""
    for name in (".obsidian/note.md", ".hidden.md", "picture.png"):
        file = Path(source.location) / name
        file.parent.mkdir(exist_ok=True)
        file.write_text("x")
    assert _names(await FolderFetcher().fetch(source)) == ["2025/250224 One.md", "250225 Two.md"]


async def test_a_korean_name_is_one_however_it_is_composed(tmp_path: Path) -> None:
    """macOS takes 한글 apart, and the document has the same path by either way to write it."""
    name = "250225 한글.md"
    (tmp_path / unicodedata.normalize("NFD", name)).write_text("x")
    source = Source(1, "notes", SourceKind.FOLDER, str(tmp_path))
    assert _names(await FolderFetcher().fetch(source)) == [name]
    assert [one.path for one in documents_in(tmp_path)] == [name]


def test_documents_are_read_one_by_one(tmp_path: Path) -> None:
    """A folder is counted at once, its files are read as they are asked for, each time anew."""
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("one")
    found = documents_in(tmp_path)
    assert len(found) == 2
    reading = iter(found)
    assert next(reading).content == b"one"
    (tmp_path / "b.txt").write_text("two")
    assert next(reading).content == b"two"
    assert [one.content for one in found] == [b"one", b"two"]


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="only Linux has a file nobody can read")
def test_an_unreadable_file_of_an_import_stops_no_other(tmp_path: Path) -> None:
    """The others are given, and the unreadable one is named with the reason."""
    (tmp_path / "a.txt").symlink_to("/proc/self/mem")
    (tmp_path / "b.txt").write_text("two")
    found = documents_in(tmp_path)
    assert [one.path for one in found] == ["b.txt"]
    assert str(found.unreadable["a.txt"]).startswith("The file cannot be read: ")
