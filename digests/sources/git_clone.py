"""A program that updates a bare clone of a repository of notes and reports what changed.

``digests.sources.git`` starts it: reading packs in pure Python would block the event loop, and a process
can be killed where a thread cannot. It reads one JSON object from standard input and writes one to
standard output.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import socket
import stat
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

import urllib3
from dulwich.client import GitClient, HTTPUnauthorized, get_transport_and_path
from dulwich.diff_tree import CHANGE_ADD, CHANGE_COPY, CHANGE_RENAME, RenameDetector, tree_changes
from dulwich.errors import GitProtocolError, HangupException, NotGitRepository
from dulwich.object_store import iter_tree_contents
from dulwich.objects import Commit, ObjectID
from dulwich.refs import Ref
from dulwich.repo import Repo
from dulwich.walk import ORDER_TOPO
from urllib3.connection import HTTPConnection, HTTPSConnection

from digests.proxies import proxy_for
from digests.sources.file_names import is_document_path, normalized_path
from digests.sources.network_addresses import (
    IsAllowed,
    PrivateAddressError,
    any_address,
    check_address,
    is_public_address,
)

MAX_FILE_BYTES = 1024 * 1024 * 1024
"""Bytes of any file this process may write. A fetch is one pack, and notes are small."""

MAX_PACKS = 50
"""Packs above which they are joined into one. Every fetch that brings something adds a pack."""

_FETCHED = Ref(b"refs/heads/fetched")
_SSH = "ssh -oBatchMode=yes -oConnectTimeout=20"
"""BatchMode: never prompts for a password, since nobody would answer."""


class RefusedError(Exception):
    """The repository cannot be used; the message is for the operator."""


def main() -> None:
    """Read the request and write the answer. An error is an answer too."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_FILE_BYTES, MAX_FILE_BYTES))
    request = json.load(sys.stdin)
    answer: dict[str, Any]
    try:
        answer = _update(request)
    except RefusedError as error:
        answer = {"error": str(error)}
    except Exception as error:  # noqa: BLE001 - parses untrusted bytes, and anything may fail
        answer = {"error": _reason(error)}
    json.dump(answer, sys.stdout)


def _update(request: Mapping[str, Any]) -> dict[str, Any]:
    folder = Path(request["folder"])
    is_allowed = any_address if request["allow_private"] else is_public_address
    try:
        return _answer(request, folder, is_allowed)
    except (KeyError, AssertionError, ValueError, EOFError):
        # The clone may be half-written after a power cut. It holds nothing that cannot be fetched again.
        if not folder.exists():
            raise
        shutil.rmtree(folder)
        return _answer(request, folder, is_allowed)


def _answer(request: Mapping[str, Any], folder: Path, is_allowed: IsAllowed) -> dict[str, Any]:
    seen: dict[str, str | None] = dict(request["first_seen"])
    with _opened(folder) as repo:
        head = _fetch(repo, request["location"], is_allowed)
        if head is None:
            return {"commit": None, "first_seen": seen, "files": {}, "changed": {}, "renamed": {}}
        before = ObjectID(request["commit"].encode()) if request["commit"] else None
        known = before if before and before in repo.object_store else None
        if head != known:
            _see(repo, head, known, seen, ZoneInfo(request["zone"]))
        now = _files(repo, head)
        old = _files(repo, known) if known else {}
        for name in now:
            # An evil merge can add what none of its parents had.
            seen.setdefault(name, _day(_commit(repo, head), ZoneInfo(request["zone"])))
        if len(list(repo.object_store.packs)) > MAX_PACKS:
            repo.object_store.repack()
        return {
            "commit": head.decode(),
            "first_seen": seen,
            "files": sorted(now),
            "changed": {name: sha for name, sha in now.items() if old.get(name) != sha},
            "renamed": _renamed(repo, known, head) if known else {},
        }


def _opened(folder: Path) -> Repo:
    if not folder.exists():
        folder.mkdir(mode=0o700, parents=True)
        return Repo.init_bare(str(folder))
    try:
        return Repo(str(folder))
    except NotGitRepository:
        shutil.rmtree(folder)
        folder.mkdir(mode=0o700)
        return Repo.init_bare(str(folder))


def _fetch(repo: Repo, location: str, is_allowed: IsAllowed) -> ObjectID | None:
    """Fetch what the remote's HEAD reaches; its commit, or None while the repository is empty."""
    client, path = _client(location, is_allowed)

    def wants(refs: Mapping[Ref, ObjectID], depth: int | None = None) -> list[ObjectID]:
        head = refs.get(Ref(b"HEAD"))
        return [head] if head and head not in repo.object_store else []

    result = client.fetch(path, repo, determine_wants=wants)
    head = result.refs.get(Ref(b"HEAD"))
    if head is None:
        if any(name.startswith(b"refs/heads/") for name in result.refs):
            raise RefusedError("The repository's HEAD names no branch that exists; set its default branch.")
        return None
    repo.refs[_FETCHED] = head
    return head


def _client(location: str, is_allowed: IsAllowed) -> tuple[GitClient, str]:
    if location.startswith("file://"):
        return get_transport_and_path(unquote(urlsplit(location).path))
    if not location.startswith(("http://", "https://", "/")) and shutil.which("ssh") is None:
        raise RefusedError("This machine has no ssh; install it, or give the repository by https://.")
    proxy = proxy_for(location)
    pools = _Proxied(proxy, is_allowed) if proxy else _pools(is_allowed)
    return get_transport_and_path(location, pool_manager=pools, ssh_command=_SSH)


class _Proxied(urllib3.ProxyManager):
    """Pools of connections through a proxy. Checks each host that is known here, redirects included; a name
    that means nothing here is left to the proxy."""

    def __init__(self, proxy: str, is_allowed: IsAllowed) -> None:
        super().__init__(proxy, timeout=_TIMEOUT, retries=_RETRIES)
        self._is_allowed = is_allowed

    def urlopen(  # type: ignore[override]  # as in urllib3.PoolManager
        self, method: str, url: str, redirect: bool = True, **arguments: Any
    ) -> urllib3.BaseHTTPResponse:
        """Open a URL of an allowed host; called for each redirect too. PrivateAddressError for others."""
        parts = urlsplit(url)
        with suppress(socket.gaierror):
            _check_name(parts.hostname or "", parts.port, self._is_allowed)
        return super().urlopen(method, url, redirect, **arguments)


_TIMEOUT = urllib3.Timeout(connect=20, read=60)
_RETRIES = urllib3.Retry(redirect=5, connect=0, read=0, other=0)


def _pools(is_allowed: IsAllowed) -> urllib3.PoolManager:
    """A pool whose every connection, redirected ones too, is checked for where it leads."""

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            _check_name(self.host, self.port, is_allowed)
            return _checked(super()._new_conn(), is_allowed)

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            _check_name(self.host, self.port, is_allowed)
            return _checked(super()._new_conn(), is_allowed)

    class PlainPool(urllib3.HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(urllib3.HTTPSConnectionPool):
        ConnectionCls = Secure

    pools = urllib3.PoolManager(timeout=_TIMEOUT, retries=_RETRIES)
    pools.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}
    return pools


def _check_name(host: str, port: int | None, is_allowed: IsAllowed) -> None:
    for *_, address in socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM):
        check_address(address, is_allowed)


def _checked(connected: socket.socket, is_allowed: IsAllowed) -> socket.socket:
    """The connection, if it leads where it may: the name may have been looked up otherwise by now."""
    try:
        check_address(connected.getpeername(), is_allowed)
    except PrivateAddressError:
        connected.close()
        raise
    return connected


def _see(
    repo: Repo, head: ObjectID, known: ObjectID | None, seen: MutableMapping[str, str | None], place: ZoneInfo
) -> None:
    """Add the day each document first appeared, from the commits since the known one, oldest first.

    A name keeps the day it has: history that was rewritten does not make old notes new. A
    renamed document takes its day along.
    """
    detector = RenameDetector(repo.object_store)
    walker = repo.get_walker(include=[head], exclude=[known] if known else [], order=ORDER_TOPO, reverse=True)
    for step in walker:
        commit = step.commit
        if len(commit.parents) > 1:
            continue  # What a merge brings, the commits of its branches have brought.
        parent = _commit(repo, commit.parents[0]).tree if commit.parents else None
        day = _day(commit, place)
        for change in tree_changes(repo.object_store, parent, commit.tree, rename_detector=detector):
            if change.new is None or change.new.path is None:
                continue
            name = _name(change.new.path)
            if change.type in (CHANGE_ADD, CHANGE_COPY) and is_document_path(name):
                seen.setdefault(name, day)
            elif change.type == CHANGE_RENAME and is_document_path(name) and change.old and change.old.path:
                first = seen.pop(_name(change.old.path), day)
                seen.setdefault(name, first)


def _day(commit: Commit, place: ZoneInfo) -> str | None:
    """The day a commit was written, where the source is at home; rebasing does not change it."""
    try:
        moment = datetime.fromtimestamp(min(commit.author_time, commit.commit_time), UTC)
        day: date = moment.astimezone(place).date()
    except (OverflowError, ValueError, OSError):
        return None
    return day.isoformat()


def _files(repo: Repo, commit: ObjectID) -> dict[str, str]:
    """The documents of a commit: their names, and the ids of their contents. Links are left out."""
    return {
        name: entry.sha.decode()
        for entry in iter_tree_contents(repo.object_store, _commit(repo, commit).tree)
        if stat.S_ISREG(entry.mode) and is_document_path(name := _name(entry.path))
    }


def _renamed(repo: Repo, old: ObjectID, new: ObjectID) -> dict[str, str]:
    changes = tree_changes(
        repo.object_store,
        _commit(repo, old).tree,
        _commit(repo, new).tree,
        rename_detector=RenameDetector(repo.object_store),
    )
    pairs = {
        _name(change.new.path): _name(change.old.path)
        for change in changes
        if change.type == CHANGE_RENAME and change.old and change.new and change.old.path and change.new.path
    }
    return {name: before for name, before in pairs.items() if is_document_path(name) and name != before}


def _commit(repo: Repo, sha: ObjectID) -> Commit:
    found = repo.object_store[sha]
    if not isinstance(found, Commit):
        raise RefusedError("The repository's HEAD is no commit.")
    return found


def _name(path: bytes) -> str:
    return normalized_path(os.fsdecode(path))


def _reason(error: Exception) -> str:
    """What went wrong with the repository, as one sentence without its address."""
    if any(isinstance(cause, PrivateAddressError) for cause in _causes(error)):
        return (
            "The repository is at a private address, which Haru does not fetch from;"
            " set HARU_ALLOW_PRIVATE_ADDRESSES=true if you trust your sources."
        )
    match error:
        case NotGitRepository():
            return "There is no git repository at this address, or it is not open to Haru."
        case HTTPUnauthorized():
            return "The repository asks for a password; give an address with a token in it, or use ssh."
        case HangupException():
            return "The repository's server hung up; for ssh, see that each of the two knows the other's key."
        case GitProtocolError():
            return "The repository cannot be reached, or its server does not speak git."
        case OSError():
            return f"The clone cannot be written: {error.strerror or type(error).__name__}."
        case _:
            return f"The repository cannot be read: {type(error).__name__}."


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and what brought it about; urllib3 keeps that in its arguments."""
    yield error
    inner = (error.__cause__, *(one for one in error.args if isinstance(one, BaseException)))
    for cause in inner:
        if cause is not None:
            yield from _causes(cause)


if __name__ == "__main__":
    main()
