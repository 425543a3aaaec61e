"""Reads the facts that many notes list at their top: ``**Authors**: …``, ``> **저자**: …``. Pure.

What front matter is for programs, such a list is for people. It comes in bold, quoted or in a list, and in
any language; a value may stand on the lines below its label.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from digests.reading.authors import labelled_names, listed_people, look_like_names, names_of_people
from digests.reading.dates import MAX_DATE_LENGTH, date_within
from digests.reading.front_matter import FrontMatter
from digests.reading.identity import arxiv_id, is_paper_address
from digests.reading.lines import address_of, urls_in
from digests.reading.tags import tags_of_words

MOST_LINES = 40
"""Lines at the top of a note in which its facts are looked for."""

_LABEL = re.compile(
    r"^[\s>*_\-+•#|]*(?P<name>[^\W\d_][^:：*_|`\[\]()<>]{0,30}?)\s{0,3}[*_]{0,3}\s{0,3}[:：]\s{0,3}[*_]{0,3}"
    r"(?P<value>.*)$"
)
_NAMES = {
    "title": "(?:full |paper )?title|paper(?: name)?|제목|논문(?: ?제목|명)?"
    "|(?:论文)?标题|论文(?:题目)?|題名|タイトル|論文",
    "authors": "authors?|written by|저자|지은이|작성자|作者|著者",
    "url": "(?:paper )?(?:links?|urls?)|paper|arxiv(?: link)?|pdf|doi|source|(?:논문 ?|원문 ?)?링크|논문|원문"
    "|(?:论文|原文)?链接|论文(?:地址)?|原文|(?:論文)?リンク|論文",
    "tags": "tags?|keywords?|topics?|태그|키워드|분류|标签|分类标签|关键词|分类|タグ|キーワード",
    "date": "date|read on|reviewed on|날짜|작성일|리뷰 날짜|읽은 날|日期|阅读日期|日付",
    "abstract": "abstract|초록|摘要|要旨",
}
_KINDS = {kind: re.compile(names, re.IGNORECASE) for kind, names in _NAMES.items()}
_LINK = re.compile(r"\[([^\[\]]{1,400})\]\(<?(https?://[^\s()]+(?:\([^\s()]*\)[^\s()]*)?)>?\)")
_ONLY_LINKS = re.compile(
    r"[^\w\[]{0,8}\[[^\[\]]{1,80}\]\([^()\s]+\)(?:[^\w\[]{0,8}\[[^\[\]]{1,80}\]\([^()\s]+\)){0,9}[^\w\[]{0,8}"
)
_HEADING = re.compile(r"#{1,6}\s")
_BY = re.compile(r"^#{0,6}\s*(?:by\s+)?", re.IGNORECASE)
_LINK_TO_PAPER = re.compile(
    r"\[(?:(?:link to )?(?:the )?paper(?: link)?|논문(?: ?링크)?|论文(?:链接)?|論文(?:リンク)?)\]"
    r"\(<?(https?://[^\s()]+)>?\)",
    re.IGNORECASE,
)
_ITEM = re.compile(r"^[\s>]*[-*+•]\s+")
_REMARK = re.compile(r"[（(][^（()）]{0,40}[)）]")
_NO_TITLE = re.compile(
    r"(?:arxiv|paper|pdf|link|abs|html|doi|논문|링크|论文|论文链接)\W*(?:[\d.v:]*)", re.IGNORECASE
)


@dataclass(slots=True)
class _Facts:
    """What has been read so far, and on which lines."""

    title: str | None = None
    authors: tuple[str, ...] = ()
    url: str | None = None
    tags: tuple[str, ...] = ()
    date: str = ""
    abstract: str | None = None
    taken: set[int] = field(default_factory=set)


def is_about_one_paper(text: str) -> bool:
    """Whether a document says at its top, before any section, which paper it is about: a link with a title or
    with authors. A digest of several papers says that of each of them."""
    lines = text.split("\n")
    facts = _Facts()
    labelled = list(_labelled(lines))
    heads = [place for place, line in enumerate(lines) if _HEADING.match(line)]
    if not labelled or any(place > labelled[0][0] and _LINK.search(lines[place]) for place in heads):
        return False
    for place, name, value in labelled:
        _take(facts, place, name, value, lines)
    names = sum(bool(labelled_names(line)) for line in lines)
    return bool(facts.url and (facts.title or facts.authors)) and names <= 1


def split_note_fields(text: str, front: FrontMatter) -> tuple[FrontMatter, str]:
    """The facts at the top of a note, and its text with those lines empty.

    What ``front`` says stays. A text that begins with an address, or has no such list, comes back as it is.
    """
    lines = text.split("\n")
    first = next((line.strip() for line in lines if line.strip()), "")
    if address_of(first):
        return front, text
    facts = _Facts()
    for place, name, value in _labelled(lines):
        _take(facts, place, name, value, lines)
    _take_names_under_heading(facts, lines)
    _take_links(facts, lines)
    linked = _LINK_TO_PAPER.search(text)
    if facts.url is None and front.url is None and linked and is_paper_address(linked[1]):
        facts.url = linked[1]
    if not facts.taken and facts.url is None:
        return front, text
    kept = ["" if place in facts.taken else _unquoted(line, place, facts) for place, line in enumerate(lines)]
    read = replace(
        front,
        title=front.title or facts.title,
        authors=front.authors or facts.authors,
        url=front.url or facts.url,
        tags=(*front.tags, *(word for word in facts.tags if word not in front.tags)),
        date=front.date or (date_within(facts.date[:MAX_DATE_LENGTH]) if facts.date else None),
        abstract=front.abstract or facts.abstract,
    )
    return read, "\n".join(kept)


def _top(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """The lines at the top that say anything, up to ``MOST_LINES``."""
    said = ((place, line) for place, line in enumerate(lines) if line.strip())
    for count, one in enumerate(said):
        if count == MOST_LINES:
            return
        yield one


def _labelled(lines: Sequence[str]) -> Iterator[tuple[int, str, str]]:
    """The lines with a label that is known, up to the first heading after one: place, label and value."""
    is_found = False
    for place, line in _top(lines):
        found = _LABEL.match(line) if len(line) < 2000 else None
        name = " ".join(found["name"].split()) if found else ""
        if found and any(kind.fullmatch(name) for kind in _KINDS.values()):
            is_found = True
            yield place, name, found["value"].strip().strip("|").strip()
        elif is_found and _HEADING.match(line):
            return


def _take(facts: _Facts, place: int, name: str, value: str, lines: Sequence[str]) -> None:
    """Take what a label says, also from the lines below it where it says nothing itself."""
    kinds = [kind for kind, names in _KINDS.items() if names.fullmatch(name)]
    below = [] if value else _below(lines, place)
    values = [value] if value else [_ITEM.sub("", lines[at]).strip(" >*_") for at in below]
    said = " ".join(filter(None, values))
    if not said:
        return
    if _is_taken(facts, kinds, said, values):
        facts.taken |= {place, *below}


def _below(lines: Sequence[str], place: int) -> list[int]:
    """The lines that hold the value of a label: the items right below it, or the next line that is a link."""
    found: list[int] = []
    for at in range(place + 1, min(place + 12, len(lines))):
        line = lines[at].strip(" >")
        if not line:
            if found:
                break
            continue
        if not (_ITEM.match(lines[at]) or (not found and _LINK.match(line))):
            break
        found.append(at)
        if not _ITEM.match(lines[at]):
            break
    return found


def _is_taken(facts: _Facts, kinds: Sequence[str], said: str, values: Sequence[str]) -> bool:
    """Keep a value as the first of the kinds that it can be; False where it is none of them."""
    link = _LINK.search(said)
    url = link[2] if link else address_of(said) or next(iter(urls_in([said])), None)
    for kind in kinds:
        if kind == "title" and facts.title is None and (title := _title(said, link)):
            facts.title = title
            facts.url = facts.url or (url if url and is_paper_address(url) else None)
            return True
        if kind == "authors" and not facts.authors and (names := _people(said, values)):
            facts.authors = names
            return True
        if kind == "url" and url and facts.url is None:
            facts.url = url
            return True
        if kind == "tags" and (words := _words(values)):
            facts.tags = (*facts.tags, *words)
            return True
        if kind == "date" and date_within(said[:MAX_DATE_LENGTH]):
            facts.date = said
            return True
        if kind == "abstract" and facts.abstract is None and len(said.split()) > 3:
            facts.abstract = said
            return True
    return False


def _title(said: str, link: re.Match[str] | None) -> str | None:
    """The title in a value: the label of its link, or its words where it is no address."""
    title = (link[1] if link else said).strip(' *_`"“”')
    is_title = "://" not in title and not _NO_TITLE.fullmatch(title) and arxiv_id(title) is None
    return title if is_title and len(title) > 2 else None


def _people(said: str, values: Sequence[str]) -> tuple[str, ...]:
    plain = _LINK.sub(lambda found: found[1], ", ".join(values) if len(values) > 1 else said)
    names = names_of_people(_REMARK.sub(" ", re.sub(r"\\?[*`]", "", plain)))
    return names if look_like_names(names) else ()


def _words(values: Sequence[str]) -> tuple[str, ...]:
    said = ", ".join(values)
    quoted = re.findall(r"`([^`]{1,80})`", said)
    return tags_of_words(quoted or re.split(r"[,;，；、·#]", said))


def _take_names_under_heading(facts: _Facts, lines: Sequence[str]) -> None:
    """Take the first line under the title where it lists people and nothing else: ``Ada Kim, Ben Lee``."""
    said = list(_top(lines))[:2]
    if facts.authors or len(said) < 2 or not re.match(r"#\s", said[0][1]):
        return
    place, line = said[1]
    if people := listed_people(_BY.sub("", line)):
        facts.authors = people
        facts.taken.add(place)


def _take_links(facts: _Facts, lines: Sequence[str]) -> None:
    """Take the paper's link from a line that holds only links, and its title where the link is one."""
    first = next((line for _, line in _top(lines)), "")
    if _LINK.search(first) or not (facts.taken or _HEADING.match(first)):
        return
    for count, (place, line) in enumerate(_top(lines)):
        if count and _HEADING.match(line) and not re.search("[:：]", line):
            return  # A section begins.
        text = line.strip(" >*_-")
        if facts.url is None and (alone := address_of(text)) and is_paper_address(alone):
            facts.url = alone
            facts.taken.add(place)
        if not _ONLY_LINKS.fullmatch(text):
            continue
        for label, url in _LINK.findall(text):
            if is_paper_address(url) and facts.url in (None, url):
                facts.url = url
                facts.taken.add(place)
                if facts.title is None and len(label.split()) > 2:
                    facts.title = label.strip(" *_")
                break


def _unquoted(line: str, place: int, facts: _Facts) -> str:
    """A line of the list that says something else, as text: its quotation mark is no abstract's."""
    is_in_list = any(abs(place - one) <= 2 for one in facts.taken)
    is_its = is_in_list and line.startswith(">") and (_LABEL.match(line) or not line.strip("> "))
    return line.lstrip("> ") if is_its else line
