"""Newsletter HTML: the same blocks as the text, with links kept."""

from __future__ import annotations

import html
from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import quote

import pytest

from digests.errors import DigestError
from digests.model import Digest, Document, Entry
from digests.reading.document import read_document
from digests.reading.newsletter import read_newsletter

ISSUE = Path(__file__).parents[3] / ".." / "shared" / "newsletter" / "2025-02-25.txt"


def _read(content: str, first_seen: date | None = None) -> Digest:
    return read_document(Document("feed", "item.html", content.encode(), first_seen))


def _only(content: str) -> Entry:
    digest = _read(content)
    assert digest.refusals == ()
    (entry,) = digest.entries
    return entry


def _as_html(digest: Digest) -> str:
    """A digest as a feed's item has it: titles linked, abstracts quoted, tags linked."""
    rows: list[str] = []
    for number, entry in enumerate(digest.entries):
        paper = entry.paper
        rows.append(
            f'<h3><a href="https://arxiv.org/abs/2502.{number:05d}">{html.escape(paper.title)}</a></h3>'
        )
        rows.append(f"<p>({html.escape(', '.join(paper.authors))})</p>")
        if paper.abstract:
            rows.append(f"<blockquote><p>{html.escape(paper.abstract)}</p></blockquote>")
        for said in entry.commentaries:
            rows += [f"<p>{html.escape(paragraph)}</p>" for paragraph in said.text.split("\n\n")]
        rows.append(
            "<p>" + " ".join(f'<a href="https://a.example/{t.name}">#{t.spelling}</a>' for t in entry.tags)
        )
    return "\n".join(rows)


@pytest.mark.parametrize(
    ("page", "first_seen"),
    [
        ("<h1>2025년 2월 25일</h1>{0}", None),
        ("{0}", date(2025, 2, 25)),
        (
            "<!DOCTYPE html><html><head><title>2025년 2월 25일</title><script>'<div>'.repeat(999)</script>"
            "</head><body><nav><a href='/'>Home</a></nav><h1>2025년 2월 25일</h1><p>Someone</p>"
            "<button>Share</button><article><div class='available-content'>{0}</div></article>"
            "<p>Thanks for reading</p></body></html>",
            None,
        ),
    ],
    ids=["an item with its date", "an item dated by its feed", "a saved page"],
)
def test_html_says_what_the_text_says(page: str, first_seen: date | None) -> None:
    """A real issue as HTML gives the same entries as its text, and titles carry their links."""
    if not ISSUE.exists():
        pytest.skip("the sample newsletter is kept beside the repository, in ../shared")
    written = read_newsletter(ISSUE.read_text(encoding="utf-8"))
    digest = _read(page.format(_as_html(written)), first_seen)
    assert digest.date == date(2025, 2, 25)
    assert digest.refusals == ()
    ids = [entry.paper.arxiv_id for entry in digest.entries]
    assert ids == [f"2502.{number:05d}" for number in range(11)]
    plain = [
        replace(entry, line=1, paper=replace(entry.paper, url=None, arxiv_id=None))
        for entry in digest.entries
    ]
    assert plain == [replace(entry, line=1) for entry in written.entries]


LINK = "https://arxiv.org/abs/2502.17416"
ITEM = "<p>2025-02-25</p>{0}<p>설명입니다.</p><p>A comment.</p><p>#llm</p>"


@pytest.mark.parametrize(
    "heading",
    [
        f'<h2><a href="{LINK}">A Title</a></h2><p>(Kim, Lee)</p>',
        f'<p><strong><a href="{LINK}"><em>A</em> Title</a></strong><br/>(Kim, Lee)</p>',
        f'<p><a href="{LINK}">A Title</a> (Kim, Lee)</p>',
        f'<p>A Title</p><p><a href="{LINK}">{LINK}</a></p><p>(Kim, Lee)',
        f'<ul><li><a href="https://l.facebook.com/l.php?u={quote(LINK)}&h=A">A Title</a><li>(Kim, Lee)</ul>',
    ],
)
def test_titles_carry_their_link(heading: str) -> None:
    """However title, link and authors are set, they are told apart."""
    entry = _only(ITEM.format(heading))
    assert (entry.paper.title, entry.paper.authors) == ("A Title", ("Kim", "Lee"))
    assert entry.paper.arxiv_id == "2502.17416"
    assert (entry.commentary("ko"), entry.commentary("en")) == ("설명입니다.", "A comment.")


def test_a_link_in_prose_is_a_citation() -> None:
    """A linked word keeps its address among the entry's citations, not as the paper's link."""
    prose = "<p><a href='https://arxiv.org/abs/2411.17691'>이전 연구</a>의 후속.<p>#x"
    entry = _only(f"<p>2025-02-25<p>A Title<p>(Kim, Lee){prose}")
    assert entry.cites == ("https://arxiv.org/abs/2411.17691",)
    assert (entry.paper.url, entry.commentary("ko")) == (None, "이전 연구의 후속.")


@pytest.mark.parametrize("href", ["javascript:alert(1)", "data:text/html,x", "/relative", "mailto:a@b.c", ""])
def test_only_web_links_are_links(href: str) -> None:
    """Anything but http and https is left out."""
    assert _only(ITEM.format(f'<h2><a href="{href}">A Title</a></h2><p>(A, B)</p>')).paper.url is None


def test_english_marks_work_as_elements_and_as_text() -> None:
    """<english> is a mark whether the page escapes it or not."""
    head = "<p>2025-02-25<p>T<p>(A, B)<p>Abstract."
    for block in (
        "<english><p>Said.</p></english>",
        "<p>&lt;english&gt;</p><p>Said.</p><p>&lt;/english&gt;</p>",
    ):
        entry = _only(f"{head}{block}<p>#x</p>")
        assert (entry.paper.abstract, entry.commentary("en")) == ("Abstract.", "Said.")


def test_scripts_styles_and_forms_are_not_read() -> None:
    """Nothing a reader does not see is in the entry."""
    form = "<form><input><button>Go</button></form>"
    entry = _only(ITEM.format(f"<style>p</style><h2>A Title</h2><script>x</script><p>(A, B)</p>{form}"))
    assert entry.commentary("ko") == "설명입니다."
    assert entry.paper.abstract is None


def test_refusals_name_lines_of_the_source() -> None:
    """A refused entry's line is where it stands in the HTML."""
    digest = _read(
        "<p>2025-02-25</p>\n<p>First Paper</p>\n<p>" + "설명입니다. " * 20 + "</p>\n\n"
        "<p>Second Paper</p>\n<p>(Kim, Lee)</p>\n<p>설명입니다.</p>\n<p>#x</p>"
    )
    assert [refusal.line for refusal in digest.refusals] == [2]
    assert [entry.line for entry in digest.entries] == [5]


@pytest.mark.parametrize("page", ["<p>hello</p>", "<html></html>", "<p>2025-02-25</p>", "<!--"])
def test_a_page_without_date_or_entries_is_refused(page: str) -> None:
    """It says what is missing."""
    with pytest.raises(DigestError):
        _read(page)


def test_a_page_of_one_source_line_keeps_its_closing_words_out() -> None:
    """Where every line has the same number, what follows the papers is still no refused entry."""
    page = (
        "<p>February 25, 2025</p><p>A Title</p><p>(Kim, Lee)</p>"
        f"<p>{'A long text of it. ' * 8}</p><p>설명입니다.</p><p>#x</p><p><a href='https://a.b/c'>Unsubscribe</a></p>"
    )
    digest = _read(page)
    assert (len(digest.entries), digest.refusals) == (1, ())


AUTHORS_AND_TEXT = "<p>(Ada Kim, Ben Lee)</p><p>라우팅을 부드럽게 합니다.</p><p>#moe</p>"


@pytest.mark.parametrize(
    ("heading", "link"),
    [
        ('<h3>1. <a href="https://arxiv.org/abs/2502.00001">Gentle Routing</a></h3>', "abs"),
        ('<p>• <a href="https://arxiv.org/abs/2502.00001">Gentle Routing</a></p>', "abs"),
        ('<h3>Gentle Routing <a href="https://arxiv.org/pdf/2502.00001">[PDF]</a></h3>', "pdf"),
        ('<h3>Gentle Routing [<a href="https://arxiv.org/abs/2502.00001">Paper</a>] '
         '[<a href="https://github.com/a/b">Code</a>]</h3>', "abs"),
        ('<h3>Gentle Routing</h3><p><a href="https://arxiv.org/abs/2502.00001">Paper</a> | '
         '<a href="https://github.com/a/b">Code</a></p>', "abs"),
        ('<h3>Gentle Routing</h3><p><a href="https://arxiv.org/abs/2502.00001">논문 링크</a></p>', "abs"),
    ],
)  # fmt: skip
def test_a_title_keeps_its_link_whatever_stands_beside_it(heading: str, link: str) -> None:
    """A number, a bullet, `[PDF]` or a line of links under a title hides neither its link nor text."""
    entry = _only(f"<p>2025-02-25</p>{heading}{AUTHORS_AND_TEXT}")
    assert entry.paper.title == "Gentle Routing"
    assert entry.paper.url == f"https://arxiv.org/{link}/2502.00001"
    assert entry.paper.authors == ("Ada Kim", "Ben Lee")
    assert entry.paper.abstract is None


def test_code_beside_the_paper_is_a_citation() -> None:
    """The second address of a line of links is a citation of the entry."""
    links = '<a href="https://arxiv.org/abs/2502.00001">Paper</a>, <a href="https://github.com/a/b">Code</a>'
    entry = _only(f"<p>2025-02-25</p><h3>Gentle Routing</h3><p>{links}</p>{AUTHORS_AND_TEXT}")
    assert entry.cites == ("https://github.com/a/b",)


def test_preformatted_text_keeps_its_line_breaks() -> None:
    """A plain-text mail in `<pre>` is read line by line; comments of code are no tags."""
    text = "2025-02-25\nGentle Routing\n(Ada Kim, Ben Lee)\n라우팅을 부드럽게 합니다.\n#moe\n"
    entry = _only(f"<!doctype html><html><body><pre>{text}</pre></body></html>")
    assert entry.paper.authors == ("Ada Kim", "Ben Lee")
    code = "<pre><code>x = 1\n#comment\n</code></pre>"
    entry = _only(f"<p>2025-02-25</p><p>Gentle Routing</p><p>(Ada Kim)</p><p>말입니다.</p>{code}<p>#moe</p>")
    assert [tag.name for tag in entry.tags] == ["moe"]


@pytest.mark.parametrize(
    "above",
    [
        "<h1>Daily Papers 2025-02-25</h1>",
        "<h1>Daily</h1><p>By Ada · February 25, 2025</p>",
        "<h1>2025년 2월 25일 논문 읽기</h1>",
        "<article><header>Posted on 25 Feb 2025 by Ada</header></article>",
    ],
)
def test_a_date_among_other_words_above_the_first_entry_dates_the_page(above: str) -> None:
    """A heading or a byline with one date in it dates a page that has no line with only a date."""
    linked = '<p><a href="https://arxiv.org/abs/2502.00001">Gentle Routing</a></p>'
    digest = _read(f"{above}{linked}{AUTHORS_AND_TEXT}")
    assert digest.date == date(2025, 2, 25)
    assert [entry.paper.title for entry in digest.entries] == ["Gentle Routing"]


def test_the_name_of_a_file_dates_its_page() -> None:
    """A page without any date in its text has the date in its file's name."""
    linked = '<p><a href="https://arxiv.org/abs/2502.00001">Gentle Routing</a></p>'
    page = Document("folder", "pages/2025-02-25-daily.html", f"{linked}{AUTHORS_AND_TEXT}".encode())
    assert read_document(page).date == date(2025, 2, 25)


@pytest.mark.parametrize(
    "formula",
    [
        "<math><mi>n</mi></math>",
        "<math><mi>n</mi><annotation encoding='application/x-tex'>n</annotation></math>",
        '<span class="katex-mathml"><math><mi>n</mi></math></span><span class="katex-html">n</span>',
        '<img class="latex" src="a.png" alt="n">',
    ],
)
def test_formulas_of_a_page_are_read_once(formula: str) -> None:
    """A formula in MathML, by KaTeX, or as a picture with a text of its own stands in the commentary once."""
    entry = _only(
        f"<p>2025-02-25</p><p>Title</p><p>(Ada Kim)</p><p>복잡도는 O({formula})입니다.</p><p>#moe</p>"
    )
    assert entry.commentary("ko") == "복잡도는 O(n)입니다."


def test_relative_links_are_resolved_by_the_base_of_the_page() -> None:
    """`<base href>` gives root-relative and scheme-relative links their addresses."""
    head = '<head><base href="https://arxiv.org/list/"></head>'
    for href in ("/abs/2502.00001", "//arxiv.org/abs/2502.00001", "../abs/2502.00001"):
        linked = f'<p><a href="{href}">Gentle Routing</a></p>'
        entry = _only(f"<html>{head}<body><p>2025-02-25</p>{linked}{AUTHORS_AND_TEXT}</body></html>")
        assert entry.paper.url == "https://arxiv.org/abs/2502.00001"
