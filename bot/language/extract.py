"""``python -m bot.language.extract`` updates the template and the catalogues from the code.

New messages are added without a translation, and removed messages disappear. Nothing is guessed:
the tests fail until somebody has written the Korean.
"""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

from bot.language.catalogue import LANGUAGES, SOURCE
from digests.errors import REFUSAL_SENTENCES

BOT = Path(__file__).parents[1]
LOCALES = Path(__file__).parent / "locales"
TEMPLATE = LOCALES / "haru.pot"
KEYWORDS = {**DEFAULT_KEYWORDS, "deferred": None}


def main() -> int:
    """Rewrites the template and every catalogue, and prints the messages without a translation."""
    template = extracted()
    TEMPLATE.write_bytes(written(template))
    untranslated = 0
    for language in LANGUAGES:
        if language == SOURCE:
            continue
        catalog = updated(language, template)
        path(language).write_bytes(written(catalog))
        for message in catalog:
            if message.id and not translated(message.string):
                untranslated += 1
                sys.stderr.write(f"{language}: {message.id!r} ({message.locations[0][0]})\n")
    return 1 if untranslated else 0


def extracted() -> Catalog:
    """The messages marked in ``bot``, in the order of the files, and the sentences of refusals."""
    template = Catalog(project="haru", domain="haru", charset="utf-8", fuzzy=False)
    found = extract_from_dir(
        BOT,
        method_map=[("**.py", "python")],
        keywords=KEYWORDS,
        comment_tags=("Translators:",),
        strip_comment_tags=True,
    )
    for name, line, message, comments, context in sorted(found, key=lambda item: (item[0], item[1])):
        template.add(message, None, [(f"bot/{name}", line)], auto_comments=comments, context=context)
    for sentence in REFUSAL_SENTENCES.values():
        template.add(sentence, locations=[("digests/errors.py", 1)])
    return template


def updated(language: str, template: Catalog) -> Catalog:
    """The language's catalogue with exactly the template's messages; translations are kept."""
    with path(language).open("rb") as po:
        catalog = read_po(po, locale=language, domain="haru")
    catalog.update(template, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    return catalog


def written(catalog: Catalog) -> bytes:
    """The catalogue as a file without line numbers and dates, so that a diff shows only changed messages."""
    buffer = BytesIO()
    write_po(buffer, catalog, width=100, omit_header=False, include_lineno=False)
    lines = buffer.getvalue().decode().splitlines(keepends=True)
    noise = ('"POT-Creation-Date', '"PO-Revision-Date', '"Generated-By', '"Last-Translator', '"Report-Msgid')
    return "".join(line for line in lines if not line.startswith(noise)).encode()


def path(language: str) -> Path:
    """The path of a language's catalogue."""
    return LOCALES / language / "LC_MESSAGES" / "haru.po"


def translated(string: str | tuple[str, ...] | list[str]) -> bool:
    """Whether every plural form has a translation."""
    return all(string) if isinstance(string, tuple | list) else bool(string)


if __name__ == "__main__":
    sys.exit(main())
