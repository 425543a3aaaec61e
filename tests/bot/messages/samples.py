"""Entries, digests and editions for tests: a plain one, and strategies for hostile ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import strategies as st

from bot.messages.edition import Edition, EditionEntry
from digests.model import ArchivedDigest, ArchivedEntry, Commentary, Entry, Paper, Tag

DAY = date(2025, 2, 25)


def archived(
    number: int = 1,
    *,
    title: str = "Reasoning with Latent Thoughts: On the Power of Looped Transformers",
    authors: tuple[str, ...] = ("Nikunj Saunshi", "Nishanth Dikkala", "Zhiyuan Li", "Sanjiv Kumar"),
    url: str | None = "https://arxiv.org/abs/2502.17416",
    abstract: str | None = "Large language models have shown remarkable reasoning abilities.",
    ko: str | None = "층을 반복해 쓰는 트랜스포머 이야기예요.",
    en: str | None = "On transformers that use their layers again.",
    tags: tuple[str, ...] = ("transformer", "reasoning"),
    day: date | None = DAY,
) -> ArchivedEntry:
    """One archived entry; None leaves that part out."""
    spoken = tuple(Commentary(code, text) for code, text in (("ko", ko), ("en", en)) if text is not None)
    paper = Paper(title, authors, url, "2502.17416", abstract)
    entry = Entry(paper, spoken, tuple(Tag(name, name) for name in tags))
    return ArchivedEntry(number, 7, number, number - 1, day, entry)


def edition(*entries: ArchivedEntry, left_out: int = 0) -> Edition:
    """An edition of the entries."""
    return Edition(
        DAY, (7,), tuple(EditionEntry(one) for one in entries), left_out, DAY if left_out else None
    )


def digest(*entries: ArchivedEntry) -> ArchivedDigest:
    """A digest of the entries."""
    return ArchivedDigest(7, "newsletter", DAY, entries)


NASTY = (
    "",
    " ",
    "\x00",
    "\n\n",
    "<!here> <!channel> <!everyone>",
    "<@U0123456> <#C0123456|general> <!subteam^S1|all>",
    "@here @channel #general",
    "<https://evil.example|click me>",
    "https://evil.example/a|b>c d",
    "& < > &amp; &lt;@U1&gt;",
    "*bold* _italic_ ~struck~ `code` ```block```",
    "> quoted",
    ":smile: :x:",
    "\u202eright to left\u202c \u2067isolated",
    "\u200b\u200d\ufeff",
    "👩‍👩‍👧‍👦" * 40,
    "한글 제목: 왜? (정말로)",
    "e\u0301" * 200,
    "x" * 10_000,
    "&" * 4_000,
    "단어 " * 3_000,
    "A sentence. " * 900,
    "한 문장이에요.\n\n" * 700,
    "<" * 3_001,
    "{name} {0} %s {",
    "\ud800",
)

text = st.one_of(
    st.sampled_from(NASTY), st.text(max_size=60), st.lists(st.sampled_from(NASTY), max_size=3).map("".join)
)
names = st.one_of(
    st.just(tuple(f"Author Number {n}" for n in range(200))), st.lists(text, max_size=4).map(tuple)
)
urls = st.one_of(
    st.none(),
    st.sampled_from(
        (
            "https://arxiv.org/abs/2502.17416",
            "http://a.example/?q=a|b>c d&e=<f>",
            "javascript:alert(1)",
            "https://x.example/" + "y" * 4_000,
            "https://[broken",
            "mailto:a@b.example",
            "slack://user?team=T1",
        )
    ),
    text,
)
languages = st.sampled_from(("ko", "en", "ja", "zh-Hans", "x-unknown-language-of-nobody"))


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    """An entry in which any part can be hostile, very long or missing."""
    spoken = draw(st.dictionaries(languages, text, max_size=3))
    paper = Paper(draw(text), draw(names), draw(urls), draw(st.none() | text), draw(st.none() | text))
    tags = tuple(Tag(name, name) for name in draw(st.lists(text, max_size=3)))
    commentaries = tuple(Commentary(code, said) for code, said in spoken.items())
    return Entry(paper, commentaries, tags, links=tuple(draw(st.lists(text, max_size=1))))


@st.composite
def archived_entries(draw: st.DrawFn, most: int = 60) -> tuple[ArchivedEntry, ...]:
    """Up to ``most`` archived entries. Large digests repeat a few, since only their number matters then."""
    some = draw(st.lists(entries(), min_size=1, max_size=4))
    count = min(draw(st.sampled_from((1, 2, 3, 15, 16, most))), most)
    days = draw(st.sampled_from(((DAY,), (DAY, date(2025, 2, 22)), (None,))))
    # Papers of one title could be mistaken for each other, so most times each has its own.
    told_apart = draw(st.sampled_from((True, True, True, False)))
    return tuple(
        ArchivedEntry(10**15 + n, 7, n, n, days[n % len(days)], _titled(one, f"«{n}»" if told_apart else ""))
        for n, one in ((n, some[n % len(some)]) for n in range(count))
    )


def _titled(entry: Entry, mark: str) -> Entry:
    return replace(entry, paper=replace(entry.paper, title=entry.paper.title + mark))


@st.composite
def editions(draw: st.DrawFn) -> Edition:
    """An edition in which any part can be hostile."""
    seen = st.sampled_from((None, None, None, "https://x.slack.com/archives/C1/p1"))
    unposted_from = draw(st.sampled_from((None, None, 0, 1, 3)))
    shown = tuple(
        EditionEntry(one, draw(seen), draw(st.sampled_from((False, False, False, True))), unposted_from)
        for one in draw(archived_entries())
    )
    left_out = draw(st.sampled_from((0, 1, 4_000)))
    digest_ids = tuple(range(10**15, 10**15 + 9))
    return Edition(DAY, digest_ids, shown, left_out, DAY if left_out else None)
