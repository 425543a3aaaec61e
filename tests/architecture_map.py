"""``make map``: writes every module, with the first sentence of its docstring, into ARCHITECTURE.md.

So the map is as true as the docstrings, and a test notices when it is not.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
DOCUMENT = ROOT / "ARCHITECTURE.md"
BEGIN, END = "<!-- map: `make map` writes what follows -->", "<!-- end of the map -->"
PACKAGES = ("digests", "bot", "config")
_LEFT_OUT = ("migrations/versions",)


def written() -> str:
    """The map as it stands in ARCHITECTURE.md. ValueError when its marks are missing."""
    text = DOCUMENT.read_text(encoding="utf-8")
    return text[text.index(BEGIN) + len(BEGIN) : text.index(END)].strip()


def current() -> str:
    """The map as the modules' docstrings have it."""
    lines: list[str] = []
    for package in PACKAGES:
        for folder in sorted({path.parent for path in (ROOT / package).rglob("*.py")}):
            name = folder.relative_to(ROOT).as_posix()
            modules = sorted(path for path in folder.glob("*.py") if path.name != "__init__.py")
            if any(left_out in name for left_out in _LEFT_OUT) or not modules:
                continue
            lines += ["", f"**`{name}/`** {_first_sentence(folder / '__init__.py')}", ""]
            lines += [f"- `{path.stem}`: {_first_sentence(path)}" for path in modules]
    return "\n".join(lines).strip()


def _first_sentence(path: Path) -> str:
    documented = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) if path.exists() else None
    paragraph = " ".join((documented or "").split("\n\n")[0].split())
    sentence = re.match(r"(.+?[.!?])(?=\s+[A-Z`]|$)", paragraph)
    return (sentence.group(1) if sentence else paragraph).replace("``", "`")


def main() -> None:
    """Write the map into ARCHITECTURE.md."""
    text = DOCUMENT.read_text(encoding="utf-8")
    before, after = text[: text.index(BEGIN) + len(BEGIN)], text[text.index(END) :]
    DOCUMENT.write_text(f"{before}\n\n{current()}\n\n{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
