"""Every renderer keeps every limit and loses nothing, whatever a digest contains."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.preferences import Change, Channel, Field, Language, Layout, Preferences
from bot.channels.tag_filter import TagFilter
from bot.messages import change_messages, daily, home, limits, other_language, paper, search_results
from bot.messages.channel_card import ChannelStatus, card
from bot.messages.edition import Edition
from bot.messages.entry import title_text
from bot.messages.message import View
from bot.messages.refusals import Mistyped, mistyped
from bot.messages.settings_modal import ModalMetadata, settings_modal
from digests import citations
from digests.model import ArchivedDigest, ArchivedEntry, Correction, Hit, Results, Tag, TagCount, Workspace
from tests.bot.messages.checks import check, check_window, row_elements, shown_text, without_spaces
from tests.bot.messages.samples import DAY, archived_entries, editions, text

# Hypothesis warns that the report of a failure is large, which would hide the failure.
pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")
hostile = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
language = st.sampled_from(("ko", "en"))
DATE = datetime(2025, 2, 25, tzinfo=UTC)


@pytest.mark.parametrize("layout", list(Layout))
@hostile
@given(editions(), st.sampled_from(list(Language)))
def test_daily(layout: Layout, edition: Edition, language: Language) -> None:
    """The daily post keeps every limit, shows every title and every word of the commentary, has replies only
    after a first message, and is the same when it is rendered again.
    """
    messages = daily.render(edition, language=language, layout=layout)
    assert not messages[0].thread
    for message in messages:
        check(message)
    shown = without_spaces(shown_text(*messages))
    for one in edition.entries:
        may_be_left_out = one.retracted and one.unposted_from is not None
        assert may_be_left_out or without_spaces(title_text(one.entry.paper)) in shown
        wanted = one.entry.entry.commentary("ko" if language is Language.BOTH else language)
        if wanted and one.seen_url is None and not one.retracted:
            assert without_spaces(wanted) in shown
    assert messages == daily.render(edition, language=language, layout=layout)


@hostile
@given(archived_entries(most=20), language)
def test_reading(entries: tuple[ArchivedEntry, ...], language: str) -> None:
    """The post in the other language keeps every limit, and its pages together show every title."""
    digest = ArchivedDigest(10**15, "newsletter", DAY, entries)
    pages: list[View] = []
    while True:
        view = other_language.digest_modal([digest], language, len(pages))
        check_window(view)
        pages.append(view)
        following = [e["value"] for e in row_elements(view) if e["action_id"].endswith(":next")]
        if not following:
            break
        assert [other_language.parse_button_value(value) for value in following] == [
            (language, (10**15,), len(pages))
        ]
    shown = without_spaces(shown_text(*pages))
    for one in entries:
        assert without_spaces(title_text(one.paper)) in shown


@hostile
@given(archived_entries(most=4), language, text)
def test_paper(entries: tuple[ArchivedEntry, ...], language: str, typed: str) -> None:
    """A paper's answer, share and modals keep every limit and show its title."""
    for one in entries:
        corrections = (Correction(typed, "looped"),) * 7
        results = Results(
            typed, corrections=corrections, without_period=typed, not_understood=(f"since:{typed}",) * 7
        )
        answer = paper.answer(one, language=language, found_by=results, back=(typed, 5))
        shared = paper.shared(one, "U1", language=language)
        windows = [
            paper.abstract(one, language=language),
            paper.other_language(one, "ja", ui_language=language),
            paper.related(one, entries, language=language),
        ]
        for message in (answer, shared):
            check(message)
            whole = without_spaces(title_text(one.paper)) in without_spaces(shown_text(message))
            assert whole or any(e["action_id"].endswith(":all") for e in row_elements(message))
        check_window(paper.saved(one, language=language, new=True))
        keys = citations.Keys()
        bibtex = [citations.bibtex(every.paper, keys.of(every.paper)) for every in entries]
        check_window(paper.citation(one, bibtex=bibtex[0], ris=citations.ris(one), language=language))
        check_window(paper.exported_text(bibtex, title="BibTeX", language=language))
        for view in windows:
            check_window(view)
        for view in windows[:2]:
            assert without_spaces(title_text(one.paper)) in without_spaces(shown_text(view))


@hostile
@given(archived_entries(), language, text, st.lists(text, max_size=3), st.integers(0, 300))
def test_listing(
    entries: tuple[ArchivedEntry, ...], language: str, query: str, matched: list[str], offset: int
) -> None:
    """A page of results keeps every limit, and Next shows what it cannot hold."""
    hits = tuple(Hit(one, 1.0, tuple(matched)) for one in entries)
    found = Results(query, hits, offset + len(hits) + 1, offset, (Correction(query, query),))
    message = search_results.results_page(found, language=language)
    check(message)
    shown = sum("accessory" in block for block in message.blocks)
    following = next(e for e in message.blocks[-1]["elements"] if e["action_id"] == "page:next")
    assert shown > 0
    assert int(following["value"].partition(":")[0]) == offset + shown


@hostile
@given(language, text, st.lists(text, max_size=30))
def test_nothing_and_tags(language: str, query: str, guesses: list[str]) -> None:
    """Answers without results, and tags of any spelling, keep every limit."""
    counts = [TagCount(Tag(guess or "x", guess or "x"), 3) for guess in guesses]
    check(search_results.no_results(Results(query, suggestions=tuple(guesses)), language=language))
    check(search_results.tag_list(counts, language=language))
    check(search_results.unknown_tag(query, counts, language=language))
    check(
        search_results.tag_page(
            Results(query), TagCount(Tag("x", query or "x"), 1), language=language, typed="y"
        )
    )


@hostile
@given(archived_entries(), language)
def test_home(entries: tuple[ArchivedEntry, ...], language: str) -> None:
    """App Home keeps every limit, shows the papers in order, and says so if they do not all fit."""
    today = ArchivedDigest(7, "newsletter", DAY, entries)
    kept = home.SavedPapers(entries[: home.SAVED], 99)
    preferences = Preferences(Language(language), enabled=True)
    managed = [
        home.ManagedChannel(Channel(n, Workspace("", "T1"), f"C{n}", preferences), DATE) for n in range(30)
    ]
    view = home.home(
        language=language, chosen=None, today=today, saved=kept, channels=managed, everyone=False
    )
    check_window(view)
    shown = without_spaces(shown_text(view))
    fit = [without_spaces(title_text(one.paper)) in shown for one in entries]
    assert fit[0]
    assert all(fit) or "/paper latest" in str(view["blocks"])


@hostile
@given(
    language,
    text,
    st.lists(text, max_size=3),
    st.sampled_from((0, 1, 27)),
    st.sampled_from(list(Field)),
)
def test_settings(language: str, typed: str, hostiles: list[str], others: int, field: Field) -> None:
    """The card, its modal, the log and the messages about changes keep every limit, whatever was typed for
    a tag or is in the log.
    """
    # Many tags repeat a few hostile ones, since only their number matters.
    repeated = hostiles or [typed]
    tags = [*hostiles, *(f"{n}{repeated[n % len(repeated)]}" for n in range(others))]
    wanted = TagFilter((tuple(tags),) if tags else (), (typed,))
    preferences = Preferences(Language(language), tags=wanted, holidays="KR")
    channel = Channel(1, Workspace("", "T1"), "C1", preferences, name=typed, managers=frozenset({"U1"}))
    lines = [Change("U1", field, typed, one, DATE) for one in (*tags, typed)]
    check(
        card(
            channel,
            ChannelStatus(today=DATE.date(), next_post=DATE, failing_sources=[typed] * 9),
            language=language,
            may_change=True,
        )
    )
    check_window(settings_modal(channel, language=language, about=ModalMetadata("C1", 7), papers_a_day=11))
    for message in (
        change_messages.channel_notice(lines, language=language),
        change_messages.changes_made(lines, language=language, undo=1, overtaken=lines),
        change_messages.overridden(lines, channel_id="C1", language=language),
        change_messages.changes_undone(lines, language=language),
        change_messages.change_log(lines, language=language, zone="Asia/Seoul", undo=1),
        *(mistyped(kind, typed, language=language, suggestion=typed) for kind in Mistyped),
    ):
        check(message)


def test_a_long_change_log_cuts_no_mention() -> None:
    """The text of a change log that is too long ends after a whole line."""
    change = Change("U1", Field.LAYOUT, "é" * 500, "é" * 500, DATE)
    message = change_messages.change_log([change] * 20, language="en", zone="Asia/Seoul")
    check(message)
    assert message.text.endswith("\n…")
    assert limits.size(message.text) <= limits.MESSAGE_TEXT
