"""The lists of words are read, checked and added to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from digests.search import glossary, word_lists
from digests.search.function_words import BEFORE_KINDS, FUNCTION, KINDS
from digests.search.tokenizer import without_particle
from digests.search.word_lists import COLUMNS, SHIPPED, WordListError, load, words_of

LISTS = load()
BY_THE_ALPHABET = ["function_words", "glossary", "dictionary", "sayings"]


@pytest.fixture(autouse=True)
def _own_lists() -> Iterator[None]:
    """Leaves Haru's own lists in use behind."""
    yield
    word_lists.use(LISTS)


@pytest.mark.parametrize("name", COLUMNS)
def test_every_file_says_what_it_is_and_how_to_add_a_line(name: str) -> None:
    """Each begins with a comment for whoever opens it, has entries, and no entry twice."""
    text = (SHIPPED / f"{name}.tsv").read_text("utf-8")
    head = [line for line in text.splitlines() if line.startswith("#")]
    assert text.startswith("# ")
    assert "To add a line: " in " ".join(line.removeprefix("# ") for line in head)
    rows = LISTS.rows(name)
    assert rows
    assert len(set(rows)) == len(rows)
    for row in rows:
        assert all(len(words_of(cell)) == len(set(words_of(cell))) for cell in row)


def test_no_file_is_read_by_nobody() -> None:
    """Each file of the folder is one of the known lists."""
    assert sorted(path.stem for path in SHIPPED.glob("*")) == sorted(COLUMNS)


@pytest.mark.parametrize("name", BY_THE_ALPHABET)
def test_long_files_stand_by_the_alphabet(name: str) -> None:
    """What people add to stays easy to look through: each word once, in order."""
    said = [row[0] for row in LISTS.rows(name)]
    assert said == sorted(set(said))


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("diffusion", "line 2: 1 cells instead of 2. Write english, a tab, korean."),
        ("diffusion\t디퓨전\tmore", "line 2: 3 cells instead of 2."),
        ("diffusion\t ", "line 2: the korean is empty. Write one, or delete the line."),
        ("Diffusion\t디퓨전", "line 2: the english 'Diffusion' has capitals. Write it in small letters."),
        ("diffusion\t디퓨전,,확산", "line 2: the korean '디퓨전,,확산' has a comma without a word"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, problem: str) -> None:
    """The error says the file, the line and what to do."""
    (tmp_path / "glossary.tsv").write_text(f"# Ours\n{line}\n", "utf-8")
    with pytest.raises(WordListError) as refused:
        load(tmp_path)
    assert str(tmp_path / "glossary.tsv") in str(refused.value)
    assert problem in str(refused.value)


@pytest.mark.parametrize(
    ("name", "line", "problem"),
    [
        ("function_words", "the\t2", "is no weight. Write a number from 0 to 1"),
        ("times", "yore\tcentury\t1", "is none of day, week, month, year. Write one of them"),
        ("times", "yore\tyear\tone", "is no count. Write a whole number"),
    ],
)
def test_a_wrong_cell_is_named(tmp_path: Path, name: str, line: str, problem: str) -> None:
    """Numbers and choices are checked where the file is read."""
    (tmp_path / f"{name}.tsv").write_text(line, "utf-8")
    with pytest.raises(WordListError, match=problem):
        load(tmp_path)


def test_a_file_of_no_known_name_is_refused(tmp_path: Path) -> None:
    """A slip in a file's name is no silence; files of other kinds may lie there."""
    (tmp_path / "README.md").write_text("ours", "utf-8")
    assert load(tmp_path).rows("times") == LISTS.rows("times")
    (tmp_path / "glosary.tsv").write_text("", "utf-8")
    with pytest.raises(WordListError, match=r"no word list Haru knows\. Rename it"):
        load(tmp_path)


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    """A folder that is not there and a file in another encoding are named."""
    with pytest.raises(WordListError, match="cannot be read as a folder"):
        load(tmp_path / "nowhere")
    (tmp_path / "glossary.tsv").write_bytes("diffusion\t확산".encode("euc-kr"))
    with pytest.raises(WordListError, match="Save it as UTF-8 text"):
        load(tmp_path)


def test_an_operators_words_are_added(tmp_path: Path) -> None:
    """What an operator adds is known beside Haru's own as soon as it is taken into use."""
    (tmp_path / "glossary.tsv").write_text("\ufeff# Ours\n\nhyperclova\t하이퍼클로바, 하클\n", "utf-8")
    (tmp_path / "function_words.tsv").write_text("yonder\t0.1\n", "utf-8")
    (tmp_path / "particles.tsv").write_text("마저\n", "utf-8")
    assert "yonder" not in FUNCTION
    assert glossary.in_english("하클") == ()
    word_lists.use_folder(None)
    assert "yonder" not in FUNCTION
    word_lists.use_folder(tmp_path)
    assert "yonder" in FUNCTION
    assert glossary.in_english("하클") == ("hyperclova",)
    assert glossary.in_english("디퓨전") == ("diffusion",)
    assert without_particle("학습마저") == "학습"


def test_words_that_tell_little_are_known() -> None:
    """Function words and kinds of paper are asked with in."""
    assert "the" in FUNCTION
    assert "diffusion" not in FUNCTION
    assert "report" in KINDS
    assert "기술" in BEFORE_KINDS
    assert "기술" not in KINDS
