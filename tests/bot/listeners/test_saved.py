"""Saved papers: shown on their buttons, searched, marked as read, exported and cited."""

from __future__ import annotations

import csv
import io
from typing import Any

import pybtex.database
import pytest
import rispy

from bot.local.seed import ALEX, JUNHO, MINJI
from tests.bot.listeners.conftest import Desk, eventually, found, text_of

LOOPED = "Reasoning with Latent Thoughts"


async def home_of(desk: Desk, person: str) -> dict[str, Any]:
    """A person's App Home as it was last published."""
    return dict((await desk.ask("GET", f"/local/home?as={person}")).get("view") or {"blocks": []})


async def opened_home(desk: Desk, person: str) -> dict[str, Any]:
    """A person's App Home, opened just now."""
    before = (await home_of(desk, person)).get("hash")
    await desk.ask("POST", "/local/visits", {"as": person, "tab": "home"})

    async def published() -> bool:
        view = await home_of(desk, person)
        return bool(view["blocks"]) and view.get("hash") != before

    await eventually(published)
    return await home_of(desk, person)


async def use(desk: Desk, view: dict[str, Any], person: str, action: str, chosen: Any = None) -> None:
    """Press a button of a view, or choose the option with this value in one of its menus."""
    for block in view["blocks"]:
        for element in (*block.get("elements", ()), block.get("accessory"), block.get("element")):
            if not element or element.get("action_id", "").split(":")[0] != action:
                continue
            options = [one for one in element.get("options", ()) if one["value"] == chosen]
            if chosen is not None and not options and element.get("value") != chosen:
                continue
            body = {"as": person, "view": view["id"], "block_id": block["block_id"]}
            body |= {"action_id": element["action_id"]}
            extra = {"chosen": {"selected_option": options[0]}} if options else {}
            await desk.ask("POST", "/local/actions", body | extra)
            return
    raise AssertionError(f"no {action} {chosen} in {text_of(view)}")


async def kept(desk: Desk, person: str) -> int:
    """The entry of the only paper that a person saved."""
    saved = await desk.haru.saved_papers.newest(desk.workspace.workspace, person, limit=None)
    (one,) = saved.papers
    return one.entry_id


async def test_a_saved_paper_shows_everywhere_until_it_is_removed(desk: Desk) -> None:
    """The button of a private answer shows what is saved and removes it; App Home lists it as unread until
    it is read there; nobody else's buttons show it.
    """
    answer = await desk.write("/paper looped", ALEX)
    await desk.press(answer, "save", ALEX)
    saved = await desk.until('"unsave"', ALEX)
    assert saved["ts"] == answer["ts"]
    assert "✓ Saved" in text_of(saved)
    assert found(await desk.write("/paper looped", ALEX), "unsave")
    assert found(await desk.write("/paper looped", JUNHO), "save")

    entry_id = await kept(desk, ALEX)
    view = await opened_home(desk, ALEX)
    assert f"● *<https://arxiv.org/abs/2502.17416|{LOOPED}" in text_of(view)
    assert f'"unsave:{entry_id}"' in text_of(view)
    await use(desk, view, ALEX, "entry_menu", f"abstract:{entry_id}")

    async def is_read() -> bool:
        return "● " not in text_of(await home_of(desk, ALEX))

    await eventually(is_read)
    await use(desk, await home_of(desk, ALEX), ALEX, "entry_menu", f"unread:{entry_id}")

    async def is_unread() -> bool:
        return "● " in text_of(await home_of(desk, ALEX))

    await eventually(is_unread)
    await desk.press(await desk.write("/paper looped", ALEX), "unsave", ALEX)
    assert found(await desk.until('"save"', ALEX), "save")
    assert "*Save* in a paper" in text_of(await opened_home(desk, ALEX))


async def test_a_search_within_saved_papers(desk: Desk) -> None:
    """`saved:` alone lists them with their exports, with a question it finds only among them, and it says so
    where none fits; both languages know the word.
    """
    assert "haven't saved" in text_of(await desk.write("/paper saved:", ALEX))
    assert "아직 저장한 논문이 없어요" in text_of(await desk.write("/paper 저장:", JUNHO))
    await desk.press(await desk.write("/paper looped", ALEX), "save", ALEX)
    await desk.until('"unsave"', ALEX)
    listed = await desk.write("/paper saved: transformer", ALEX)
    assert LOOPED in text_of(listed)
    assert "None of your saved papers fits ‘quantization’" in text_of(
        await desk.write("/paper saved: quantization", ALEX)
    )
    assert LOOPED in text_of(await desk.write("/paper 저장: looped", ALEX))


async def test_an_export_is_a_file_where_files_may_be_written(desk: Desk) -> None:
    """Each format comes as a file in the direct message, and is what its readers expect."""
    for question in ("looped", "2502.17356"):
        await desk.press(await desk.write(f"/paper {question}", MINJI), "save", MINJI)
        await desk.until('"unsave"', MINJI)
    view = await opened_home(desk, MINJI)
    direct = f"D{MINJI[1:]}"
    contents = []
    for deep, name in enumerate(("bibtex", "ris", "csv"), start=1):
        await use(desk, view, MINJI, "export", f"{name}:")
        assert "haru-saved." in text_of(await desk.until_modal(MINJI))

        async def came(count: int = deep) -> bool:
            return len([one for one in await desk.seen(MINJI, direct) if one.get("files")]) == count

        await eventually(came)
        file = [one for one in await desk.seen(MINJI, direct) if one.get("files")][-1]["files"][0]
        contents.append((desk.workspace.team.files.content(file["id"]) or b"").decode())
    bibtex, ris, rows = contents
    entries = pybtex.database.parse_string(bibtex, "bibtex").entries
    assert sorted(one.fields["eprint"] for one in entries.values()) == ["2502.17356", "2502.17416"]
    assert len(rispy.loads(ris)) == 2
    assert [row["arxiv"] for row in csv.DictReader(io.StringIO(rows.removeprefix("\ufeff")))] == [
        "2502.17356",
        "2502.17416",
    ]


@pytest.mark.parametrize("person", [ALEX, JUNHO])
async def test_without_the_scope_an_export_and_a_citation_are_text(desk: Desk, person: str) -> None:
    """Where Haru may not write files, the export is text in a modal; *Cite* shows BibTeX that a parser reads
    and RIS.
    """
    scopes = desk.workspace.team.state.fact("scopes")
    desk.workspace.team.state.remember("scopes", [one for one in scopes if one != "files:write"])
    await desk.haru.install_from_environment(desk.workspace.bot_token)
    answer = await desk.write("/paper looped", person)
    await desk.press(answer, "cite", person)
    cited = await desk.until_modal(person)
    shown = [block["text"]["text"] for block in cited["blocks"] if "```" in str(block)]
    (entry,) = pybtex.database.parse_string(shown[0].strip("`"), "bibtex").entries.values()
    assert entry.persons["author"][0].last_names == ["Saunshi"]
    assert (entry.fields["archivePrefix"], entry.fields["eprint"]) == ("arXiv", "2502.17416")
    assert rispy.loads(shown[1].strip("`"))[0]["title"].startswith(LOOPED)
    await desk.press(answer, "save", person)
    await desk.until('"unsave"', person)
    await use(desk, await opened_home(desk, person), person, "export", "bibtex:")

    async def exported() -> bool:
        shown = text_of(await desk.until_modal(person))
        return "@misc{saunshi2025reasoning" in shown and "RPRT" not in shown

    await eventually(exported)
