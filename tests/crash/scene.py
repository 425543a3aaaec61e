"""What a battery plays: channels of several workspaces, a digest per day, and what each channel should
get.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import product

from bot.app import Haru
from bot.channels.preferences import EVERY_DAY, Channel, Language, Layout, Preferences
from bot.channels.tag_filter import TagFilter
from bot.delivery import plan
from bot.delivery.calendar import due_at
from bot.messages import daily
from bot.workspaces.installations import Installation
from digests.model import Document, Workspace
from tests.crash.verdict import Expected

FIRST_DAY = date(2025, 3, 3)
HOURS = tuple(time(9, minute) for minute in range(0, 60, 8))
WORKSPACES = 8
_LOOKS = tuple(product((Language.KO, Language.EN, Language.BOTH), Layout))
_WORDS = ("Looped", "Sparse", "Fractal", "Latent", "Causal", "Tensor", "Cosmic", "Verbal", "Modular")
_NUMBERS = ("Alpha", "Beta", "Gamma", "Delta", "Epsilon", "Zeta", "Eta", "Theta", "Iota", "Kappa")


@dataclass(frozen=True, slots=True)
class Place:
    """A channel as the scene wants it."""

    workspace: Workspace
    room: str
    language: Language
    layout: Layout
    hour: time

    def preferred(self, old: Preferences) -> Preferences:
        """The preferences of this channel: on, every day."""
        likes = {"language": self.language, "layout": self.layout, "hour": self.hour}
        return replace(old, **likes, days=EVERY_DAY, enabled=True)  # type: ignore[arg-type]


def places(rooms_each: int) -> list[Place]:
    """Channels in every language and layout, due every few minutes after nine."""
    return [
        Place(
            Workspace("", f"T{team:03}"),
            f"C{team:03}{room:03}",
            *_LOOKS[(team * rooms_each + room) % len(_LOOKS)],
            HOURS[(team + room) % len(HOURS)],
        )
        for team in range(WORKSPACES)
        for room in range(rooms_each)
    ]


def day(number: int) -> date:
    """The schedule date of a round."""
    return FIRST_DAY + timedelta(days=number)


def digest(number: int, *, corrected: bool = False) -> Document:
    """The day's digest: three papers whose titles no other day has."""
    lines = [f"{day(number):%Y년 %m월 %d일}".replace(" 0", " ")]
    for place in range(3):
        name = f"{_WORDS[(number + place) % 9]} {_number(number)} Networks {_NUMBERS[place]}"
        said = "corrected" if corrected else "first"
        lines += [
            name,
            "(Ada Lovelace, Alan Turing)",
            f"{place + 1}번 논문 {name}의 한국어 해설이에요. {'고친' if corrected else '처음'} 글이에요.",
            f"What it says about {name}, in its {said} wording.",
            "#scaling-law",
        ]
    return Document("crash", f"{day(number)}.txt", "\n".join(lines).encode())


def _number(number: int) -> str:
    tens, ones = divmod(number, 10)
    return f"{_NUMBERS[tens % 10]}{_NUMBERS[ones].lower()}"


async def install(haru: Haru, wanted: list[Place], *, token: str, now: datetime) -> list[Channel]:
    """Install the workspaces, all with the local one's token, and switch their channels on."""
    for workspace in dict.fromkeys(one.workspace for one in wanted):
        made = Installation(workspace, token, "U0HARU", name=workspace.team_id)
        await haru.installations.save(made, now=now)
    channels = []
    for place in wanted:
        channel = await haru.channels.get_or_create(place.workspace, place.room, zone="Asia/Seoul")
        changed, _ = await haru.channels.change(
            channel,
            lambda old, place=place: replace(  # type: ignore[misc]
                old,
                language=place.language,
                layout=place.layout,
                hour=place.hour,
                days=EVERY_DAY,
                enabled=True,
            ),
            user_id="U0MINJI",
            now=now,
        )
        await haru.schedules.reschedule(changed, now=now, enabling=True)
        channels.append(changed)
    return channels


async def take_in(haru: Haru, number: int, *, corrected: bool = False) -> None:
    """Import the day's digest."""
    taken = haru.archive.import_documents([digest(number, corrected=corrected)], now=datetime.now(UTC))
    statuses = [one.status async for one in taken]
    if statuses != ["changed" if corrected else "new"]:
        raise AssertionError(f"the digest of round {number} was not taken in: {statuses}")


async def expected(haru: Haru, channels: list[Channel], number: int) -> list[Expected]:
    """What each channel should get for a round, by the pure renderer."""
    digests = await haru.archive.digests_of_day(day(number), workspace=None)
    edition = plan.edition(day(number), digests, tags=TagFilter(), posts={})
    found = []
    for channel in channels:
        likes = channel.preferences
        messages = daily.render(edition, language=likes.language, layout=likes.layout)
        due = due_at(day(number), likes.hour, likes.zone)
        if due is None:
            raise AssertionError("no day is missing in Seoul")
        texts = tuple(message.text for message in messages)
        if len(set(texts)) != len(texts):
            raise AssertionError(
                f"two parts read the same, so that none could be told from a double: {texts}"
            )
        found.append(Expected(channel.channel_id, due, texts, tuple(message.thread for message in messages)))
    return found
