"""The pages of an installation over the web: what Haru is, how it ended, and what to do next. Pure.

Slack's Marketplace asks for pages that say what an app does, how to get help and what becomes of data:
https://docs.slack.dev/slack-marketplace/slack-marketplace-app-guidelines-and-requirements
"""

from __future__ import annotations

import re
from html import escape

from bot.language.catalogue import Catalogue, catalogue_for

_STYLE = """
:root { color-scheme: light dark; --ink: #1d1c1d; --faint: #5c5a5c; --paper: #fff; --line: #ddd;
  --deep: #22304a; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8e8e8; --faint: #a5a5a8; --paper: #1a1d21; --line: #3a3d42; --deep: #3d5a8a; }
}
body { background: var(--paper); color: var(--ink); font: 17px/1.6 system-ui, sans-serif; margin: 0; }
main { max-width: 36rem; margin: 0 auto; padding: 3rem 1.25rem; }
h1 { font-size: 1.7rem; line-height: 1.25; } h2 { font-size: 1.1rem; margin-top: 2rem; }
a.button { background: var(--deep); border-radius: 8px; color: #fff; display: inline-block; font-weight: 600;
  padding: .7rem 1.2rem; text-decoration: none; }
code { background: color-mix(in srgb, var(--ink) 9%, transparent); border-radius: 4px; padding: .1em .35em; }
p.faint { border-top: 1px solid var(--line); color: var(--faint); font-size: .9rem; margin-top: 3rem;
  padding-top: 1rem; }
"""


def preferred_language(accept_language: str) -> str:
    """The language of a page for an ``Accept-Language`` header: Korean where it comes first, else English."""
    first = accept_language[:200].split(",")[0].strip().casefold()
    return "ko" if first == "ko" or first.startswith("ko-") else "en"


def about(*, language: str, contact: str | None) -> str:
    """What Haru is, with a button that installs it, help and privacy."""
    catalogue = catalogue_for(language)
    return _page(
        catalogue.gettext("The day's papers, in your team's language"),
        [
            catalogue.gettext(
                "I'm Haru. I post a curated digest of machine-learning papers to every subscribed Slack "
                "channel, at its own hour and in its own language, and I find any of them again from a "
                "half-remembered word."
            )
        ],
        catalogue,
        contact=contact,
        button=("/slack/install", catalogue.gettext("Add to Slack")),
        sections=[
            (
                catalogue.gettext("How to install me"),
                catalogue.gettext(
                    "Press the button and allow it in Slack. Then invite me into a channel and write "
                    "`/digest on`."
                ),
            ),
            (
                catalogue.gettext("Privacy"),
                catalogue.gettext(
                    "I keep a channel's settings, what I posted and what people saved. I keep no messages "
                    "and no questions. After an uninstall I delete everything within 30 days, or at once if "
                    "you ask."
                ),
            ),
        ],
    )


def installed(team: str | None, *, language: str, contact: str | None, open_url: str | None) -> str:
    """The end of an installation that went well: what to do next."""
    catalogue = catalogue_for(language)
    title = (
        catalogue.gettext("I'm installed in {team}", team=team)
        if team
        else catalogue.gettext("I'm installed")
    )
    return _page(
        title,
        [
            catalogue.gettext("Invite me into a channel with `/invite @Haru` and write `/digest on` there."),
            catalogue.gettext("Or look something up right away: `/paper` followed by any word of a title."),
        ],
        catalogue,
        contact=contact,
        button=(open_url, catalogue.gettext("Open Slack")) if open_url else None,
    )


_REASONS = {
    "access_denied": "cancelled",
    "invalid_browser": "another_browser",
    "invalid_state": "expired",
}


def failed(reason: str, *, language: str, contact: str | None) -> str:
    """The end of an installation that did not go well: why, in words, and a button to try again."""
    catalogue = catalogue_for(language)
    said = {
        "cancelled": catalogue.gettext("The installation was cancelled. Nothing was changed."),
        "another_browser": catalogue.gettext(
            "The installation began in another browser. Please begin and finish it in the same one."
        ),
        "expired": catalogue.gettext(
            "This link has been used already, or took longer than five minutes. Please begin again."
        ),
    }.get(
        _REASONS.get(reason, ""),
        catalogue.gettext("Slack did not finish the installation. Please try again in a moment."),
    )
    return _page(
        catalogue.gettext("I wasn't installed"),
        [said],
        catalogue,
        contact=contact,
        button=("/slack/install", catalogue.gettext("Try again")),
    )


def _page(
    title: str,
    paragraphs: list[str],
    catalogue: Catalogue,
    *,
    contact: str | None,
    button: tuple[str, str] | None = None,
    sections: list[tuple[str, str]] | None = None,
) -> str:
    said = "".join(f"<p>{_html(text)}</p>" for text in paragraphs)
    if button:
        said += f'<p><a class="button" href="{escape(button[0])}">{escape(button[1])}</a></p>'
    for heading, text in sections or []:
        said += f"<h2>{escape(heading)}</h2><p>{_html(text)}</p>"
    if contact:
        href = contact if contact.startswith("https://") else f"mailto:{contact}"
        help_at = catalogue.gettext("Help:")
        link = f'<a href="{escape(href)}">{escape(contact)}</a>'
        said += f'<p class="faint">{_html(help_at)} {link}</p>'
    return (
        f'<!doctype html><html lang="{catalogue.language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>{escape(title)}</h1>{said}</main></body></html>"
    )


def _html(text: str) -> str:
    """A sentence in HTML, with what stands in backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))
