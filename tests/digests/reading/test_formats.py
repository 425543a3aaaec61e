"""The examples of FORMATS.md, and documents that people other than the first author write."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from digests.errors import DigestError
from digests.model import Digest, Document, Entry, Source, SourceKind
from digests.reading.authors import names_of_people
from digests.reading.document import read_document
from digests.reading.front_matter import split_front_matter
from digests.reading.identity import is_paper_address
from digests.reading.languages import language_of
from digests.sources.feed import item_document
from digests.sources.feed_formats import parse_feed

_FORMATS = (Path(__file__).parents[3] / "FORMATS.md").read_text(encoding="utf-8")
_EXAMPLES = dict(re.findall(r"```(\w[\w ]*)\n(.*?)```", _FORMATS, re.DOTALL))
_FEED = _EXAMPLES.pop("feed")
_PATHS = {"newsletter": "day.txt", "page": "day.html"}
ROUTING, COUNTING = "Gentle Routing for Experts", "Counting Steps in Thought"


def _read(text: str, path: str = "digest.md") -> Digest:
    return read_document(Document("tests", path, text.encode()))


@pytest.mark.parametrize("name", _EXAMPLES)
def test_every_example_is_read(name: str) -> None:
    """Each example of FORMATS.md gives its papers with title and link, and refuses nothing."""
    digest = _read(_EXAMPLES[name], _PATHS.get(name, "digest.md"))
    assert digest.refusals == ()
    first = digest.entries[0].paper
    assert first.title == ROUTING
    if name != "front matter":
        assert first.arxiv_id == "2502.00001"
    if name in ("headings", "list", "table"):
        assert [entry.paper.title for entry in digest.entries] == [ROUTING, COUNTING]
        assert digest.entries[1].paper.arxiv_id == "2502.00002"
    if name != "note":
        assert digest.date == date(2025, 2, 25)
    if name not in ("list", "table"):
        assert first.authors == ("Ada Kim", "Ben Lee")


def test_the_example_of_a_feed_is_read() -> None:
    """The feed in FORMATS.md gives its paper with its facts."""
    (item,) = parse_feed(_FEED.encode(), media_type="text/xml", charset=None)
    source = Source(1, "s", SourceKind.FEED, "https://example.org/f")
    (entry,) = read_document(item_document(source, item)).entries
    assert (entry.paper.title, entry.paper.arxiv_id) == (ROUTING, "2502.00001")
    assert (entry.paper.authors, entry.paper.abstract) == (("Ada Kim", "Ben Lee"), "Routing is made gentle.")


def test_the_commentary_stands_under_its_own_title() -> None:
    """What is written under a heading belongs to the paper of that heading."""
    entries = _read(_EXAMPLES["headings"]).entries
    assert [entry.commentary("en") for entry in entries] == ["Routing is made gentle.", "Steps are counted."]


def test_references_under_a_note_make_no_entries() -> None:
    """A note with a list of references stays one paper."""
    text = f"""# {ROUTING}

https://arxiv.org/abs/2502.00001

라우팅을 부드럽게 합니다.

## References

- [{COUNTING}](https://arxiv.org/abs/2502.00002)
- [Another Paper on Routing](https://arxiv.org/abs/2502.00003)
"""
    (entry,) = _read(text).entries
    assert (entry.paper.title, entry.paper.arxiv_id) == (ROUTING, "2502.00001")
    assert entry.commentary("en") is None


@pytest.mark.parametrize("name", ["README.md", "LICENSE.md", "docs/CONTRIBUTING.md", "CLAUDE.md"])
def test_files_about_a_repository_are_no_papers(name: str) -> None:
    """A README or LICENSE gives no entries, and no refusal, unless it holds papers."""
    digest = _read("# My reading list\n\nNotes on what I read.\n", name)
    assert (digest.entries, digest.refusals) == ((), ())
    assert len(_read(_EXAMPLES["list"], name).entries) == 2


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("2025-02-25 Gentle.md", date(2025, 2, 25)),
        ("20250225.md", date(2025, 2, 25)),
        ("2025.02.25-gentle.md", date(2025, 2, 25)),
        ("25-02-25-gentle.md", date(2025, 2, 25)),
        ("250225 Gentle.md", date(2025, 2, 25)),
        ("_posts/2025/02/25/gentle.md", date(2025, 2, 25)),
        ("2025-02-25/paper.md", date(2025, 2, 25)),
        ("2025-02-31 Gentle.md", None),
        ("gentle.md", None),
    ],
)
def test_the_path_dates_a_note(path: str, expected: date | None) -> None:
    """The date of a note without front matter is the one in its name, else in its folders."""
    assert _read(f"# {ROUTING}\n\n라우팅을 부드럽게 합니다.\n", path).date == expected


def test_a_general_name_takes_the_folders_name() -> None:
    """A note called ``note.md`` is named after its folder, also where that is an arXiv id."""
    (entry,) = _read("라우팅을 부드럽게 합니다.\n", "papers/Gentle Routing/note.md").entries
    assert entry.paper.title == "Gentle Routing"
    (entry,) = _read("# Gentle Routing\n\n라우팅을 부드럽게 합니다.\n", "2502.00001/note.md").entries
    assert (entry.paper.title, entry.paper.arxiv_id) == ("Gentle Routing", "2502.00001")


@pytest.mark.parametrize(
    "text",
    [
        "---\ntitle: Routing: a survey\ntags: [moe]\n---\nText.",
        '+++\ntitle = "Routing: a survey"\ntags = ["moe"]\n+++\nText.',
        '---\ntitle: "Routing: a survey"\ntags: moe\n---\nText.',
    ],
)
def test_front_matter_is_read_in_yaml_and_toml(text: str) -> None:
    """Front matter gives title and tags in both forms, also where its YAML is not quite right."""
    front, body = split_front_matter(text)
    assert (front.title, front.tags, body) == ("Routing: a survey", ("moe",), "Text.")


def test_hostile_front_matter_is_no_danger() -> None:
    """Anchors that multiply without end are not expanded, and objects are not made."""
    bomb = "---\na: &a [x]\nb: &b [*a,*a,*a,*a]\nc: [*b,*b,*b,*b]\ntitle: Calm\n---\nText."
    assert split_front_matter(bomb)[0].title == "Calm"
    front, _ = split_front_matter("---\ntitle: !!python/object/apply:os.getcwd []\n---\nText.")
    assert front.title is None or "python" in front.title


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("Ada Kim, Ben Lee", ("Ada Kim", "Ben Lee")),
        ("Ada Kim; Ben Lee; Cora Park", ("Ada Kim", "Ben Lee", "Cora Park")),
        ("Kim, Ada; Lee, Ben", ("Ada Kim", "Ben Lee")),
        ("Kim, Ada and Lee, Ben", ("Ada Kim", "Ben Lee")),
        ("Ada Kim, Ben Lee, et al.", ("Ada Kim", "Ben Lee")),
        ("Ada Kim et.al.", ("Ada Kim",)),
        ("Ada Kim 외 8명", ("Ada Kim",)),
        ("Ada Kim and 8 others", ("Ada Kim",)),
        ("Ada Kim*, Ben Lee†", ("Ada Kim", "Ben Lee")),
        ("김민지、이준호", ("김민지", "이준호")),
    ],
)
def test_authors_as_people_write_them(typed: str, names: tuple[str, ...]) -> None:
    """Authors are read with any separator, in either order of names, and without those only counted."""
    assert names_of_people(typed) == names


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("라우팅을 부드럽게 합니다.", "ko"),
        ("Routing is made gentle.", "en"),
        ("这篇论文让路由变得平滑。", "zh"),
        ("ルーティングを滑らかにします。", "ja"),
        ("Маршрутизация стала мягкой.", "ru"),
    ],
)
def test_script_tells_the_language(text: str, language: str) -> None:
    """A commentary's language follows from its script."""
    assert language_of(text) == language
    (entry,) = _read(f"2025-02-25\n{ROUTING}\n(Ada Kim, Ben Lee)\n{text}\n#moe\n", "a.txt").entries
    if language not in ("ko", "en"):
        assert entry.commentary(language) == text
        assert entry.paper.abstract is None


def test_addresses_where_papers_live() -> None:
    """A paper's page counts as a paper, and a repository or a blog does not."""
    assert is_paper_address("https://openreview.net/forum?id=abc")
    assert is_paper_address("https://huggingface.co/papers/2502.00001")
    assert is_paper_address("https://example.org/files/paper.pdf")
    assert not is_paper_address("https://github.com/example/gentle")
    assert not is_paper_address("https://example.org/blog/routing")


@pytest.mark.parametrize(
    "piece", ["- \n", "-\n", "# \n", "1.\n", "| |\n", "- - -\n", "> \n", "- [](https://a.org)\n", "## []()\n"]
)
def test_empty_blocks_are_no_papers(piece: str) -> None:
    """Empty items, headings and rows in a digest are passed over."""
    text = f"{_EXAMPLES['list']}\n{piece * 3}"
    assert [entry.paper.title for entry in _read(text).entries] == [ROUTING, COUNTING]


def test_lists_in_a_commentary_keep_their_bullets() -> None:
    """Only the line of a title loses its number or bullet."""
    text = f"2025-02-25\n1. {ROUTING}\n(Ada Kim, Ben Lee)\n요점입니다.\n- Soft Routing\n- 빠릅니다.\n#moe\n"
    (entry,) = _read(text, "a.txt").entries
    assert entry.paper.title == ROUTING
    assert entry.commentary("ko") == "요점입니다.\n\n- Soft Routing\n\n- 빠릅니다."


def test_a_title_alone_is_refused() -> None:
    """A note with nothing but a title is refused, and one with a date is not."""
    with pytest.raises(DigestError):
        _read(f"# {ROUTING}\n", "a.md")
    assert _read(f"# {ROUTING}\n", "2025-02-25.md").entries[0].paper.title == ROUTING


def _one(text: str, path: str = "papers/routing.md") -> Entry:
    (entry,) = _read(text, path).entries
    return entry


@pytest.mark.parametrize(
    "top",
    [
        "# Paper\n\n* **Title**: {title}\n* **Authors**: {names}\n* **Link**: {url}\n* **Tags**: moe, rl",
        "# 라우팅\n\n**논문 제목**: {title}\n**저자**: {names}\n**논문 링크**: [arXiv:2502.00001]({url})\n"
        "**키워드**: moe, rl",
        "# 路由\n\n> **论文**：*{title}*\n>\n> **作者**：{names}（通讯作者）et al.\n>\n> **机构**：E\n>\n"
        "> 🔗 [arXiv]({url}) | [PDF]({url})\n>\n> **分类标签**：`moe` `rl`",
        "# {title}\n\n## Metadata\n\nurl:\n- [paper]({url}) (arXiv 2025)\n- [code](https://github.com/e/g)\n\n"
        "- **Authors**: {names}\n- **Tags**: moe, rl",
        "# {title}\n\n{names}, arXiv, 2025\n\n{url}\n\nTags: moe, rl",
        "# {title}\n### by Ada Kim and Ben Lee\n\n* [Link to the paper]({url})\n\nTags: moe, rl",
    ],
    ids=["items", "korean", "chinese quote", "values below", "names alone", "link to the paper"],
)
def test_facts_at_the_top_of_a_note_are_read(top: str) -> None:
    """Title, authors, link and tags are read from a list of facts, whatever its form and language."""
    url = "https://arxiv.org/abs/2502.00001"
    facts = top.format(title=ROUTING, url=url, names="Ada Kim, Ben Lee")
    entry = _one(f"{facts}\n\n## Summary\n\nRouting is made gentle by learning.\n")
    paper = entry.paper
    assert (paper.title, paper.authors, paper.url) == (ROUTING, ("Ada Kim", "Ben Lee"), url)
    assert [tag.name for tag in entry.tags] == ["moe", "rl"]
    assert "Routing is made gentle by learning." in (entry.commentary("en") or "")
    assert paper.abstract is None


def test_a_link_of_another_section_is_not_the_papers() -> None:
    """A note without a link of its own does not take one from a section."""
    entry = _one(
        f"# {ROUTING}\n\nRouting is made gentle.\n\n## More\n\n[arXiv](https://arxiv.org/abs/2502.00009)\n"
    )
    assert entry.paper.url is None


def test_sections_that_cite_papers_are_parts_of_one_note() -> None:
    """Introduction and results with links to other papers make no entries."""
    text = (
        f"---\ntitle: {ROUTING}\n---\n## Introduction\n\nSee https://arxiv.org/abs/2502.00002\n\n"
        "## 2.1 Results\n\nBetter than https://arxiv.org/abs/2502.00003\n"
    )
    assert _one(text).paper.title == ROUTING


_TWO = "[[pdf]](https://arxiv.org/abs/2502.0000{n}) [[code]](https://github.com/e/{n})"


@pytest.mark.parametrize(
    "item",
    [
        "1. **[{title}.](https://arxiv.org/abs/2502.0000{n})** [[code](https://github.com/e/{n})]\n\n"
        "    *Ada Kim, Ben Lee.* Preprint'25\n",
        "1. **{title}.** Preprint. \n\n    *Ada Kim, Ben Lee* " + _TWO + ", 2025.2\n",
        '**[{n}]** Ada Kim, and Ben Lee. "**{title}**." arXiv preprint (2025). ' + _TWO + " :star:\n",
        '- Ada Kim, Ben Lee: "{title}", 2025. ' + _TWO + "\n",
        "- [2025/02/25] **{title}** | [[paper]](https://arxiv.org/abs/2502.0000{n}) | [code]\n\n"
        "  - Ada Kim, Ben Lee\n",
        "* {title} [[arXiv](https://arxiv.org/abs/2502.0000{n})]\n  - Authors: Ada Kim, Ben Lee\n",
        "- {title} (2025), A. Kim et al. [[pdf]](https://arxiv.org/abs/2502.0000{n})\n  - Ada Kim, Ben Lee\n",
        "- {title}, ArXiv, 2025 [[Paper](https://arxiv.org/abs/2502.0000{n})]\n  - Ada Kim, Ben Lee\n",
        "- 2025-02-25, **{title}**, Ada Kim et.al., Paper: [https://arxiv.org/abs/2502.0000{n}]"
        "(https://arxiv.org/abs/2502.0000{n})\n\n  *Ada Kim, Ben Lee*\n",
    ],
    ids=[
        "bold-link",
        "bold-title",
        "reference-in-bold",
        "reference",
        "dated",
        "bracketed-link",
        "year",
        "venue",
        "daily-list",
    ],
)
def test_lists_of_papers_as_people_keep_them(item: str) -> None:
    """Titles come without periods, numbers, dates, quotation marks and what is left of links."""
    text = "# Reading list\n\n" + "\n".join(
        item.format(title=title, n=n) for n, title in ((1, ROUTING), (2, COUNTING))
    )
    entries = _read(text).entries
    assert [entry.paper.title for entry in entries] == [ROUTING, COUNTING]
    assert [entry.paper.arxiv_id for entry in entries] == ["2502.00001", "2502.00002"]
    assert [entry.paper.authors for entry in entries] == [("Ada Kim", "Ben Lee")] * 2


def test_a_long_list_is_read_whole() -> None:
    """A list of two thousand papers has two thousand entries."""
    url = "https://arxiv.org/abs/2502"
    text = "\n".join(f"- [Paper Number {n} of Many]({url}.{n:05})" for n in range(2000))
    assert len(_read(text).entries) == 2000


def test_a_list_that_is_too_long_is_refused_and_not_read_as_one_paper() -> None:
    """Above a million characters a list of papers is refused with what to do."""
    item = f"- [{ROUTING} Again](https://arxiv.org/abs/2502.00001) {'and more ' * 20}\n"
    other = "- [Counting Steps in Thought](https://arxiv.org/abs/2502.00002)\n"
    with pytest.raises(DigestError, match="1 MB"):
        _read(other + item * 5000)


def test_a_heading_of_a_table_is_no_paper() -> None:
    """A section with a table of papers gives the papers of the table."""
    rows = "\n".join(
        f"| {n} | **{title}** - in short. | [arXiv](https://arxiv.org/abs/2502.0000{n}) |"
        for n, title in ((1, ROUTING), (2, COUNTING))
    )
    entries = _read(f"# Daily\n\n## 📋 Papers\n\n| # | Paper | Link |\n|---|---|---|\n{rows}\n").entries
    assert [entry.paper.title for entry in entries] == [ROUTING, COUNTING]
