"""The git source, over repositories that the real git makes: dates, renames, rewritten history."""

from __future__ import annotations

import os
import subprocess
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from wsgiref.simple_server import make_server

import pytest
from dulwich.repo import Repo
from dulwich.server import BackendRepo, DictBackend
from dulwich.web import WSGIRequestHandlerLogger, WSGIServerLogger, make_wsgi_chain

from digests.errors import SourceError
from digests.model import Fetch, Source, SourceKind
from digests.sources.git import GitFetcher
from tests.forward_proxy import ForwardProxy

NOTE = "https://arxiv.org/abs/2502.17416\n*{}* (Ada Lovelace)\n\n{}\n\n#llm\n"


class Repository:
    """A repository of notes, with the git of this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.git("init", "--initial-branch=main")

    def git(self, *arguments: str, day: str = "2025-02-24") -> str:
        """Run git, as of noon of a day in UTC."""
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "Ada",
            "GIT_AUTHOR_EMAIL": "ada@example.org",
            "GIT_COMMITTER_NAME": "Ada",
            "GIT_COMMITTER_EMAIL": "ada@example.org",
            "GIT_AUTHOR_DATE": f"{day}T12:00:00Z",
            "GIT_COMMITTER_DATE": f"{day}T12:00:00Z",
        }
        done = subprocess.run(
            ["git", *arguments], cwd=self.folder, env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout

    def write(self, name: str, text: str = "반복하는 이야기예요.", *, title: str = "A Title") -> None:
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(NOTE.format(title, text))

    def commit(self, day: str, message: str = "note") -> None:
        self.git("add", "--all", day=day)
        self.git("commit", "--message", message, day=day)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A repository with one note of Monday."""
    made = Repository(tmp_path / "notes")
    made.write("250224 One.md", title="One")
    made.commit("2025-02-24")
    return made


@pytest.fixture
def source(repository: Repository) -> Source:
    """The repository as a source, in Seoul."""
    return Source(1, "notes", SourceKind.GIT, f"file://{repository.folder}", zone="Asia/Seoul")


@pytest.fixture
def git(tmp_path: Path) -> GitFetcher:
    """Fetches into a folder of this test's own."""
    return GitFetcher(tmp_path / "clones")


async def _fetch(git: GitFetcher, source: Source, before: Fetch | None = None) -> Fetch:
    return await git.fetch(replace(source, cursor=before.cursor if before else None))


def _days(fetch: Fetch) -> dict[str, date | None]:
    return {one.path: one.first_seen for one in fetch.documents}


async def test_a_notes_day_is_its_first_commits(
    git: GitFetcher, source: Source, repository: Repository
) -> None:
    """A note keeps the day of the commit that added it when it is changed later, and by no other name."""
    repository.write("Undated.md", title="Two")
    repository.commit("2025-02-25")
    repository.write("250224 One.md", "고친 이야기예요.", title="One")
    repository.commit("2025-02-26")
    fetch = await _fetch(git, source)
    assert _days(fetch) == {"250224 One.md": date(2025, 2, 24), "Undated.md": date(2025, 2, 25)}


async def test_the_day_is_the_sources(git: GitFetcher, source: Source, repository: Repository) -> None:
    """A commit late in the evening of UTC is of the next day in Seoul."""
    repository.write("Late.md")
    repository.git("add", "--all")
    repository.git("commit", "--message", "late", "--date", "2025-02-25T20:00:00Z", day="2025-02-28")
    assert _days(await _fetch(git, source))["Late.md"] == date(2025, 2, 26)


async def test_only_what_changed_is_given_again(
    git: GitFetcher, source: Source, repository: Repository
) -> None:
    """Without a commit nothing is given, and after one just what it changed."""
    first = await _fetch(git, source)
    again = await _fetch(git, source, first)
    assert (_days(again), again.cursor) == ({}, first.cursor)
    repository.write("250225 Two.md", title="Two")
    repository.commit("2025-02-25")
    third = await _fetch(git, source, again)
    assert _days(third) == {"250225 Two.md": date(2025, 2, 25)}
    assert third.present == frozenset({"250224 One.md", "250225 Two.md"})


async def test_a_rename_keeps_the_day(git: GitFetcher, source: Source, repository: Repository) -> None:
    """A renamed note, changed a little on the way, keeps its day and is told as renamed."""
    first = await _fetch(git, source)
    repository.git("mv", "250224 One.md", "Eins.md")
    repository.write("Eins.md", title="One.")
    repository.commit("2025-03-01")
    second = await _fetch(git, source, first)
    assert _days(second) == {"Eins.md": date(2025, 2, 24)}
    assert second.renamed == {"Eins.md": "250224 One.md"}


async def test_the_same_draft_name_is_a_new_note_each_day(
    git: GitFetcher, source: Source, repository: Repository
) -> None:
    """Obsidian begins each note as Untitled.md: the next day's does not take the first one's day."""
    for day, title in (("2025-02-25", "First Whale"), ("2025-02-26", "Second Shark")):
        repository.write("Untitled.md", f"{title} " * 30, title=title)
        repository.commit(day)
        repository.git("mv", "Untitled.md", f"{title}.md")
        repository.commit(day)
    days = _days(await _fetch(git, source))
    assert (days["First Whale.md"], days["Second Shark.md"]) == (date(2025, 2, 25), date(2025, 2, 26))


async def test_rewritten_history_makes_nothing_new(
    git: GitFetcher, source: Source, repository: Repository
) -> None:
    """After a force-push of other commits with later dates the notes keep the days they had."""
    repository.write("250225 Two.md", title="Two")
    repository.commit("2025-02-25")
    first = await _fetch(git, source)
    repository.git("checkout", "--orphan", "fresh")
    repository.write("250225 Two.md", "새로 쓴 이야기예요.", title="Two")
    repository.commit("2025-03-09", "all anew")
    repository.git("branch", "--delete", "--force", "main")
    repository.git("branch", "--move", "main")
    second = await _fetch(git, source, first)
    assert _days(second) == {"250225 Two.md": date(2025, 2, 25)}


async def test_an_amended_commit_is_followed(git: GitFetcher, source: Source, repository: Repository) -> None:
    """A note amended after it was fetched is given again, with the day it had."""
    first = await _fetch(git, source)
    repository.write("250224 One.md", "고친 이야기예요.", title="One")
    repository.git("commit", "--all", "--amend", "--no-edit", day="2025-02-27")
    assert _days(await _fetch(git, source, first)) == {"250224 One.md": date(2025, 2, 24)}


async def test_a_lost_clone_is_made_again(
    git: GitFetcher, source: Source, repository: Repository, tmp_path: Path
) -> None:
    """Another replica, or one whose clone broke, goes on from the cursor with the days as they were."""
    first = await _fetch(git, source)
    repository.git("mv", "250224 One.md", "Eins.md")
    repository.commit("2025-03-01")
    elsewhere = GitFetcher(tmp_path / "other")
    assert _days(await _fetch(elsewhere, source, first)) == {"Eins.md": date(2025, 2, 24)}
    (clone,) = (tmp_path / "clones").iterdir()
    for pack in (clone / "objects" / "pack").iterdir():
        pack.unlink()
    assert _days(await _fetch(git, source, first)) == {"Eins.md": date(2025, 2, 24)}


async def test_korean_names_are_composed(git: GitFetcher, source: Source, repository: Repository) -> None:
    """A name that macOS took apart is the same document as the composed one, and no rename."""
    repository.write(unicodedata.normalize("NFD", "한글.md"), title="Two")
    repository.commit("2025-02-25")
    first = await _fetch(git, source)
    assert _days(first)["한글.md"] == date(2025, 2, 25)
    repository.git("mv", unicodedata.normalize("NFD", "한글.md"), "한글.md")
    repository.commit("2025-02-26")
    second = await _fetch(git, source, first)
    assert (_days(second), second.renamed) == ({}, {})


async def test_a_merged_branch_brings_its_own_days(
    git: GitFetcher, source: Source, repository: Repository
) -> None:
    """What a merge brings has the day it was written on the branch."""
    repository.git("checkout", "-b", "side")
    repository.write("Side.md", title="Side")
    repository.commit("2025-02-25")
    repository.git("checkout", "main")
    repository.write("Main.md", title="Main")
    repository.commit("2025-02-26")
    repository.git("merge", "--no-edit", "side", day="2025-02-27")
    days = _days(await _fetch(git, source))
    assert (days["Side.md"], days["Main.md"]) == (date(2025, 2, 25), date(2025, 2, 26))


async def test_an_empty_repository_holds_nothing(git: GitFetcher, tmp_path: Path) -> None:
    """A repository without a commit is no error: it holds nothing yet."""
    empty = Repository(tmp_path / "empty")
    fetch = await _fetch(git, Source(1, "notes", SourceKind.GIT, f"file://{empty.folder}"))
    assert (list(fetch.documents), fetch.present) == ([], frozenset())


async def test_no_repository_is_said(git: GitFetcher, tmp_path: Path) -> None:
    """An address without a repository is one sentence."""
    with pytest.raises(SourceError, match="no git repository"):
        await _fetch(git, Source(1, "notes", SourceKind.GIT, f"file://{tmp_path}/nowhere"))


async def test_a_private_server_is_refused(git: GitFetcher) -> None:
    """A repository on this machine's own network is not fetched over HTTP, unless that is allowed."""
    with pytest.raises(SourceError, match="private address"):
        await _fetch(git, Source(1, "notes", SourceKind.GIT, "http://127.0.0.1:9/notes.git"))


@contextmanager
def _served(repository: Repository) -> Iterator[int]:
    """The repository over HTTP on 127.0.0.1, as git's smart protocol has it; gives the port."""
    repositories: dict[bytes, BackendRepo] = {b"/notes.git": Repo(str(repository.folder))}
    backend = DictBackend(repositories)
    server = make_server("127.0.0.1", 0, make_wsgi_chain(backend), WSGIServerLogger, WSGIRequestHandlerLogger)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


async def test_a_repository_is_fetched_over_http(
    repository: Repository, source: Source, tmp_path: Path
) -> None:
    """Where private addresses are allowed, a server on this machine gives what the folder does."""
    with _served(repository) as port:
        over_http = replace(source, location=f"http://127.0.0.1:{port}/notes.git")
        git = GitFetcher(tmp_path / "clones", allow_private=True)
        first = await _fetch(git, over_http)
        assert _days(first) == {"250224 One.md": date(2025, 2, 24)}
        repository.write("250225 Two.md", title="Two")
        repository.commit("2025-02-25")
        second = await _fetch(git, over_http, first)
        assert _days(second) == {"250225 Two.md": date(2025, 2, 25)}
        repository.git("mv", "250225 Two.md", "Zwei.md")
        repository.commit("2025-02-27")
        third = await _fetch(git, over_http, second)
        assert (_days(third), third.renamed) == (
            {"Zwei.md": date(2025, 2, 25)},
            {"Zwei.md": "250225 Two.md"},
        )


async def test_a_repository_comes_through_the_proxy(
    repository: Repository, source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind a proxy a name need mean nothing here, and a private address is refused all the same."""
    git = GitFetcher(tmp_path / "clones")
    with _served(repository) as port:
        async with ForwardProxy(port).running() as proxy:
            monkeypatch.setenv("HTTP_PROXY", proxy.url)
            fetched = await _fetch(git, replace(source, location="http://git.example/notes.git"))
            assert _days(fetched) == {"250224 One.md": date(2025, 2, 24)}
            assert set(proxy.hosts) == {"git.example"}
            with pytest.raises(SourceError, match="private address"):
                await _fetch(git, replace(source, location="http://10.0.0.1/notes.git"))
            assert set(proxy.hosts) == {"git.example"}


async def test_a_fetch_that_takes_too_long_is_ended(tmp_path: Path, source: Source) -> None:
    """Past its time the fetching process is ended, and said."""
    with pytest.raises(SourceError, match=r"not fetched within 0\.01 seconds"):
        await _fetch(GitFetcher(tmp_path / "clones", seconds=0.01), source)
