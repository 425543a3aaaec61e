"""The daily post as people see it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.channels.preferences import Language, Layout
from bot.messages import daily
from bot.messages.edition import Edition, EditionEntry
from bot.messages.message import Block, Message
from tests.bot.messages.checks import shown_text
from tests.bot.messages.samples import DAY, archived, edition

ELEVEN = tuple(
    archived(n, title=f"Paper {n}", ko=f"{n}번째 해설이에요.", en=f"Commentary number {n}.")
    for n in range(1, 12)
)


def render(
    one: Edition, language: Language = Language.KO, layout: Layout = Layout.DIGEST
) -> tuple[Message, ...]:
    return daily.render(one, language=language, layout=layout)


def kinds(message: Message) -> list[str]:
    return [block["type"] for block in message.blocks]


def _lines(message: Message) -> list[str]:
    return [text(block) for block in message.blocks if block["type"] in ("section", "context")]


def text(block: Block) -> str:
    if "elements" in block:
        return str(block["elements"][0]["text"])
    return str(block["text"]["text"])


def test_one_message() -> None:
    """Eleven papers are one message of fourteen blocks: header, count, papers, one row of buttons."""
    (message,) = render(edition(*ELEVEN))
    assert kinds(message) == ["header", "context", *["section"] * 11, "actions"]
    assert text(message.blocks[0]) == "오늘의 논문 · 2월 25일 화요일"
    assert text(message.blocks[1]) == "11편"
    assert text(message.blocks[2]) == (
        "*1. <https://arxiv.org/abs/2502.17416|Paper 1>*\n"
        "1번째 해설이에요.\n"
        "_Nikunj Saunshi 외 3명 · transformer, reasoning_"
    )


def test_english() -> None:
    """An English post follows the rules of English."""
    (message,) = render(edition(*ELEVEN), Language.EN)
    assert text(message.blocks[0]) == "Papers · Tuesday, February 25"
    assert text(message.blocks[1]) == "11 papers"
    assert text(message.blocks[2]).endswith(
        "Commentary number 1.\n_Nikunj Saunshi and 3 others · transformer, reasoning_"
    )


def test_notification() -> None:
    """A message's text opens with the line of the notification, and holds the whole post."""
    (message,) = render(edition(*ELEVEN))
    assert message.text.startswith("논문 11편: Paper 1, Paper 2, Paper 3")
    assert message.text.splitlines()[0].endswith("…") or "Paper 11" in message.text.splitlines()[0]
    assert "11번째 해설이에요." in message.text
    (english,) = render(edition(archived()), Language.EN)
    assert english.text.startswith("1 paper: Reasoning with Latent Thoughts")


@pytest.mark.parametrize("layout", list(Layout))
def test_one_language_only(layout: Layout) -> None:
    """A channel's post has the commentary in its language and none in the other."""
    korean = shown_text(*render(edition(*ELEVEN), Language.KO, layout))
    english = shown_text(*render(edition(*ELEVEN), Language.EN, layout))
    for n in range(1, 12):
        assert f"{n}번째 해설이에요." in korean
        assert f"Commentary number {n}." in english
    assert "Commentary" not in korean
    assert not any("가" <= letter <= "힣" for letter in english)


@pytest.mark.parametrize("layout", list(Layout))
def test_both_is_korean_then_english(layout: Layout) -> None:
    """With both languages Korean comes first in every layout, and the header is Korean."""
    messages = render(edition(*ELEVEN), Language.BOTH, layout)
    shown = shown_text(*messages)
    for n in range(1, 12):
        assert shown.index(f"{n}번째 해설이에요.") < shown.index(f"Commentary number {n}.")
    if layout is not Layout.STREAM:
        assert text(messages[0].blocks[0]) == "오늘의 논문 · 2월 25일 화요일"


@pytest.mark.parametrize("layout", [Layout.DIGEST, Layout.THREAD])
def test_both(layout: Layout) -> None:
    """With both languages the second one follows in the thread, and there is no button for it."""
    first, *replies = render(edition(*ELEVEN), Language.BOTH, layout)
    assert all(reply.thread for reply in replies)
    assert "11번째 해설이에요." in shown_text(first, *replies)
    assert "Commentary number 11." not in shown_text(first)
    assert "Commentary number 11." in shown_text(replies[-1])
    assert "actions" not in kinds(first)


def test_both_in_stream() -> None:
    """In the stream layout each message has both languages, because its thread belongs to its paper."""
    messages = render(edition(*ELEVEN), Language.BOTH, Layout.STREAM)
    assert len(messages) == 11
    assert not any(message.thread for message in messages)
    third = shown_text(messages[2])
    assert third.index("3번째 해설이에요.") < third.index("Commentary number 3.")


def test_one_paper_has_no_number() -> None:
    """A digest of one paper has no number."""
    (message,) = render(edition(archived(title="Alone")))
    assert text(message.blocks[2]).startswith("*<https://arxiv.org/abs/2502.17416|Alone>*")


def test_more_than_fifteen_go_on_in_the_thread() -> None:
    """More than fifteen papers continue in the thread, and the first message says how many do."""
    first, *replies = render(edition(*(archived(n, title=f"Paper {n}") for n in range(1, 48))))
    assert text(first.blocks[1]) == "47편 · 32편은 스레드에 이어져요"
    assert [len(reply.blocks) for reply in replies] == [15, 15, 2]
    assert all(reply.thread for reply in replies)
    assert text(replies[0].blocks[0]).startswith("*16. ")


def test_long_commentary_is_whole() -> None:
    """A commentary of 20,000 characters continues in further sections and in the thread."""
    long = "아주 긴 해설이에요. " * 1_800
    first, *replies = render(edition(archived(ko=long)))
    assert replies
    assert shown_text(first, *replies).count("아주 긴 해설이에요.") == 1_800


def test_thread_layout() -> None:
    """The thread layout is an index of linked titles, with the papers in one reply."""
    index, reply = render(edition(*ELEVEN), layout=Layout.THREAD)
    assert kinds(index) == ["header", "context", "section", "actions"]
    assert len(text(index.blocks[2]).splitlines()) == 11
    assert "번째" not in shown_text(index)
    assert reply.thread
    assert len(reply.blocks) == 11


def test_index_of_sixty() -> None:
    """An index names thirty papers and counts the rest; the thread has all of them."""
    index, *_ = render(edition(*(archived(n, title=f"Paper {n}") for n in range(60))), layout=Layout.THREAD)
    lines = [
        line for block in index.blocks if block["type"] == "section" for line in text(block).splitlines()
    ]
    assert len(lines) == daily.INDEX_LINES + 1
    assert lines[-1] == "스레드에 30편 더 있어요"


def test_stream_layout() -> None:
    """The stream layout is one message per paper, each with its own title in the notification."""
    messages = render(edition(*ELEVEN), layout=Layout.STREAM)
    assert len(messages) == 11
    assert messages[4].text.startswith("Paper 5\n")


def test_menu_offers_what_exists() -> None:
    """A paper's menu has the abstract, other language and related papers if they exist, citing and saving."""
    whole, bare, single = (
        render(edition(one))[0].blocks[2].get("accessory", {})
        for one in (
            archived(3),
            archived(abstract=None, en=None, tags=()),
            archived(3, abstract=None, tags=()),
        )
    )
    values = ["abstract:3", "language:3:en", "related:3", "cite:3", "save:3"]
    assert [option["value"] for option in whole["options"]] == values
    labels = ["초록", "Read in English", "관련 논문", "인용", "저장"]
    assert [option["text"]["text"] for option in whole["options"]] == labels
    assert [option["value"] for option in bare["options"]] == ["cite:1", "save:1"]
    assert [option["value"] for option in single["options"]] == ["language:3:en", "cite:3", "save:3"]


def test_button_for_the_other_language() -> None:
    """The last row opens the whole post in the other language if any entry has commentary in it."""
    (message,) = render(edition(archived(), archived(2)), Language.EN)
    (button,) = message.blocks[-1]["elements"]
    assert (button["text"]["text"], button["value"]) == ("한국어로 읽기", "ko:7")
    (without,) = render(edition(archived(ko=None)), Language.EN)
    assert "actions" not in kinds(without)


def test_missing_commentary() -> None:
    """A missing commentary is replaced by the abstract's opening if that is in the language, and by the
    commentary in the other language, labelled.
    """
    one = archived(en=None, abstract="We study loops. They help.")
    english = text(render(edition(one), Language.EN)[0].blocks[2])
    assert english.splitlines()[1:5] == [
        "_From the abstract:_",
        "We study loops. They help.",
        "_Commentary only in Korean:_",
        "층을 반복해 쓰는 트랜스포머 이야기예요.",
    ]
    other = archived(ko=None)
    korean = text(render(edition(other), Language.KO)[0].blocks[2])
    assert korean.splitlines()[1:3] == [
        "_해설은 영어로만 있어요:_",
        "On transformers that use their layers again.",
    ]


def test_no_commentary_at_all() -> None:
    """An entry without any commentary shows the abstract's opening; without an abstract, only the title."""
    bare = archived(ko=None, en=None, abstract="We study loops.")
    assert text(render(edition(bare))[0].blocks[2]).splitlines()[1:3] == ["_초록에서:_", "We study loops."]
    empty = archived(ko=None, en=None, abstract=None, tags=(), authors=())
    shown = text(render(edition(empty))[0].blocks[2])
    assert shown == f"*<https://arxiv.org/abs/2502.17416|{empty.paper.title}>*"


def test_missing_in_the_second_language() -> None:
    """In the second language, a commentary that is already above is mentioned and not repeated."""
    one = archived(en=None, abstract=None)
    _, reply = render(edition(one), Language.BOTH)
    assert "Commentary only in Korean" in shown_text(reply)
    assert "트랜스포머" not in shown_text(reply)


def test_seen_before() -> None:
    """A paper the channel had lately is one line that links to the earlier post."""
    seen = EditionEntry(archived(title="Old"), "https://x.slack.com/archives/C1/p1")
    (message,) = render(replace(edition(), entries=(EditionEntry(archived(2)), seen)))
    assert text(message.blocks[3]) == (
        "2. <https://arxiv.org/abs/2502.17416|Old> · <https://x.slack.com/archives/C1/p1|전에 소개했어요>"
    )


def test_retracted_entry() -> None:
    """A retracted entry is struck through."""
    gone = EditionEntry(archived(title="Gone"), retracted=True)
    (message,) = render(replace(edition(), entries=(EditionEntry(archived(2)), gone)))
    assert text(message.blocks[3]) == "~2. <https://arxiv.org/abs/2502.17416|Gone>~ · 내렸어요"
    head, _, rest = message.text.partition("\n")
    assert "Gone" not in head
    assert rest.endswith("2. Gone · 내렸어요")


@pytest.mark.parametrize("layout", list(Layout))
def test_taken_back_before_it_was_posted(layout: Layout) -> None:
    """A post neither names, counts nor numbers entries that were retracted before any of it was posted."""
    gone = EditionEntry(archived(title="Gone"), retracted=True, unposted_from=0)
    kept = (EditionEntry(archived(2, title="Second")), EditionEntry(archived(3, title="Third")))
    first, *rest = render(replace(edition(), entries=(gone, *kept)), layout=layout)
    whole = shown_text(first, *(one for one in rest if not one.only_retracted))
    assert "Gone" not in whole
    assert "내렸어요" not in shown_text(*(one for one in rest if not one.only_retracted))
    if layout is not Layout.STREAM:
        assert text(first.blocks[1]) == "2편"
        assert "1. Second" in whole


@pytest.mark.parametrize("layout", list(Layout))
def test_taken_back_keeps_places(layout: Layout) -> None:
    """Every message keeps its position, whether it strikes retracted entries through or leaves them out."""
    entries = tuple(EditionEntry(archived(n, title=f"Paper {n}", ko="말 " * 1400)) for n in range(1, 12))
    taken = tuple(replace(one, retracted=at in (2, 3, 4)) for at, one in enumerate(entries))
    whole = render(replace(edition(), entries=taken), layout=layout)
    for begun in range(1, len(whole)):
        shown = tuple(replace(one, unposted_from=begun) for one in taken)
        parts = render(replace(edition(), entries=shown), layout=layout)
        assert parts[:begun] == whole[:begun]
        for ours, theirs in zip(parts[begun:], whole[begun:], strict=True):
            left = [line for line in _lines(theirs) if "내렸어요" not in line]
            assert _lines(ours) == (left or ["이 메시지의 논문은 내렸어요."])
            assert ours.only_retracted == (not left)


def test_retracted_in_the_index() -> None:
    """The index of the thread layout strikes retracted entries through."""
    gone = EditionEntry(archived(title="Gone"), retracted=True)
    index, *_ = render(
        replace(edition(), entries=(EditionEntry(archived(2)), gone)), Language.EN, Layout.THREAD
    )
    assert "~2. Gone~ · taken down" in shown_text(index)
    assert index.text.endswith("2. Gone · taken down")


def test_retracted_digest() -> None:
    """A retracted digest becomes one line."""
    assert daily.retraction_notice(DAY, language=Language.BOTH).text == "2월 25일 논문은 내렸어요."
    assert (
        daily.retraction_notice(DAY, language=Language.EN).text
        == "The papers for February 25 were taken down."
    )


def test_left_out() -> None:
    """One closing line counts older papers that did not fit, and says how to read them."""
    (message,) = render(edition(archived(), left_out=12), Language.EN)
    closing = text(message.blocks[-2])
    assert closing == "12 older papers are not shown. Read on with `/paper since:2025-02-25`."


def test_several_days() -> None:
    """A Monday's post names the days its papers are from."""
    saturday, sunday = date(2025, 2, 22), date(2025, 2, 23)
    weekend = (archived(1, day=saturday), archived(2, day=sunday))
    monday = Edition(date(2025, 2, 24), (7, 8), tuple(EditionEntry(one) for one in weekend))
    (message,) = render(monday)
    assert text(message.blocks[1]) == "2편 · 2월 22일~23일"


def test_nothing() -> None:
    """An edition without entries gives no message."""
    assert render(edition()) == ()


def test_titles_cannot_mention() -> None:
    """Markup in a title is shown as text."""
    (message,) = render(edition(archived(title="<!here> & <https://evil.example|you> @here #general")))
    assert "&lt;!here&gt; &amp; &lt;https://evil.example|you&gt; @here #general" in text(message.blocks[2])
    assert message.blocks[2]["text"]["verbatim"] is True
