"""The files of a preview, without a browser."""

from __future__ import annotations

import base64
import hashlib
import html
import io
import json
import re
import stat
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from pipeline.authoring.preview import preview_page as module
from pipeline.authoring.preview.make import Preview, make_preview
from pipeline.errors import CaseError, OutputError, TemplateError
from pipeline.language import LANGUAGES, Language
from pipeline.options import BuildOptions
from tests.support.built import make_set, snapshot
from tests.support.cases import AS_OF, EXAMPLES, strings

pytestmark = pytest.mark.slow

CASE = EXAMPLES / "wang-xiaoming" / "case.json"


@pytest.fixture(scope="module")
def sets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Two versions of a small set."""
    folder = tmp_path_factory.mktemp("sets")
    name = "{{ patient.name.chinese }}"
    return {
        "before": make_set(folder / "before", f"滞在予定表 {name}", "<script>alert(1)</script>"),
        "now": make_set(folder / "now", f"治療予定表 {name}", "<script>alert(1)</script>", *["line"] * 70),
    }


@pytest.fixture(scope="module")
def made(sets: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Preview:
    folder = tmp_path_factory.mktemp("made") / "preview"
    return make_preview(CASE, folder, BuildOptions(AS_OF, str(sets["now"])), str(sets["before"]))


def options(sets: dict[str, Path], version: str = "now") -> BuildOptions:
    return BuildOptions(AS_OF, str(sets[version]))


def test_files_are_private_and_named_by_document_and_page(made: Preview) -> None:
    assert sorted(snapshot(made.folder)) == [
        "index.html",
        "pages/01-letter-1-before.png",
        "pages/01-letter-1-marked.png",
        "pages/01-letter-1.png",
        "pages/01-letter-2.png",
        "preview.json",
    ]
    for path in [made.folder, *made.folder.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)


def test_the_figures(made: Preview) -> None:
    figures = json.loads((made.folder / "preview.json").read_text(encoding="utf-8"))
    assert (figures["set"], figures["case_id"], figures["against"]) == ("small", "wang-xiaoming", "before")
    [letter] = figures["documents"]
    assert letter["difference"] == "changed"
    assert (letter["pages"], letter["pages_changed"], letter["pages_added"], letter["pages_gone"]) == (2, 1, 1, 0)
    assert letter["words_gone"] == 1
    assert letter["words_added"] == 71


def test_the_page_names_nobody_but_in_the_pages_text(made: Preview) -> None:
    text = (made.folder / "index.html").read_text(encoding="utf-8")
    assert "<title>small · wang-xiaoming</title>" in text
    shown = re.sub(r"<pre.*?</pre>|<li>.*?</li>", "", text, flags=re.DOTALL)
    assert "王晓明" in text
    assert "王晓明" not in shown
    assert "王晓明" not in (made.folder / "preview.json").read_text(encoding="utf-8")


def test_text_of_the_page_is_text_and_no_code(made: Preview) -> None:
    text = (made.folder / "index.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert text.count("<script") == 1


def test_nothing_comes_from_elsewhere(made: Preview) -> None:
    text = (made.folder / "index.html").read_text(encoding="utf-8")
    assert set(re.findall(r"https?:", text)) == set()
    for address in re.findall(r"(?:src|href)=\"(.*?)\"", text):
        assert address.startswith(("data:", "#page-"))
    assert not re.search(r"url\(|@import|\sstyle=|\son\w+=", text)


def test_only_this_style_and_this_script_are_allowed(made: Preview) -> None:
    text = (made.folder / "index.html").read_text(encoding="utf-8")
    policy = html.unescape(text.split('http-equiv="Content-Security-Policy" content="')[1].split('"')[0])
    assert policy.startswith("default-src 'none'; img-src data:; ")
    assert "unsafe" not in policy
    for tag in ("style", "script"):
        [content] = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


def test_pictures_in_the_page_are_those_of_the_files(made: Preview) -> None:
    text = (made.folder / "index.html").read_text(encoding="utf-8")
    inside = [base64.b64decode(data) for data in re.findall(r'src="data:image/png;base64,([^"]+)"', text)]
    for name in ("01-letter-1", "01-letter-1-before", "01-letter-2"):
        assert (made.folder / "pages" / f"{name}.png").read_bytes() in inside
    assert [Image.open(io.BytesIO(picture)).format for picture in inside] == ["PNG"] * 5


def test_the_same_files_each_time(made: Preview, sets: dict[str, Path], tmp_path: Path) -> None:
    again = make_preview(CASE, tmp_path / "again", options(sets), str(sets["before"]))
    assert snapshot(again.folder) == snapshot(made.folder)


def test_an_earlier_preview_is_replaced(sets: dict[str, Path], tmp_path: Path) -> None:
    make_preview(CASE, tmp_path / "out", options(sets), str(sets["before"]))
    make_preview(CASE, tmp_path / "out", options(sets))
    assert sorted(snapshot(tmp_path / "out")) == [
        "index.html",
        "pages/01-letter-1.png",
        "pages/01-letter-2.png",
        "preview.json",
    ]


def test_the_folder_one_stands_in_may_be_meant(
    sets: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    make_preview(CASE, Path(), options(sets))
    assert (tmp_path / "here" / "index.html").is_file()


@pytest.mark.parametrize("name", ["index.html", "manifest.json"])
def test_a_folder_of_other_files_is_refused(sets: dict[str, Path], tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(OutputError) as error:
        make_preview(CASE, tmp_path, options(sets))
    assert "not a preview" in error.value.problems[0].message
    assert snapshot(tmp_path) == {name: b"mine"}


def test_a_wrong_case_leaves_what_was_there(sets: dict[str, Path], made: Preview) -> None:
    there = snapshot(made.folder)
    with pytest.raises(CaseError):
        make_preview(EXAMPLES / "wrong-on-purpose" / "breaks-the-rules.json", made.folder, options(sets))
    assert snapshot(made.folder) == there


def test_the_case_must_fill_the_other_version_too(sets: dict[str, Path], tmp_path: Path) -> None:
    other = make_set(tmp_path / "other", "{{ patient.shoe_size }}")
    with pytest.raises(TemplateError) as error:
        make_preview(CASE, tmp_path / "out", options(sets), str(other))
    [problem] = error.value.problems
    assert problem.message.startswith("in the version to compare with: ")
    assert problem.file == str(other / "letter.docx")
    assert not (tmp_path / "out").exists()


class TestWords:
    """The page's own words in three languages."""

    words: dict[str, dict[str, str]] = json.loads(module._read("words.json"))

    def test_each_language_has_them(self) -> None:
        assert tuple(self.words) == LANGUAGES
        assert len({frozenset(words) for words in self.words.values()}) == 1
        assert all(strings(self.words))

    def test_each_word_is_used_and_none_is_a_method(self) -> None:
        template = module._read("page.html")
        states = {"same", "changed", "added", "gone"}
        used = set(re.findall(r"\bwords\.(\w+)", template)) | {"now", "before"} | states
        assert used == set(self.words["en"])
        assert not used & set(dir(dict))

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_the_page_speaks_it(self, sets: dict[str, Path], tmp_path: Path, language: Language) -> None:
        made = make_preview(CASE, tmp_path / "out", options(sets), str(sets["before"]), language)
        text = made.page.read_text(encoding="utf-8")
        assert f'<html lang="{language}">' in text
        assert self.words[language]["next"] in text
        assert "built-in method" not in text
        others: list[Any] = [words["next"] for name, words in self.words.items() if name != language]
        assert not [word for word in others if word in text]
