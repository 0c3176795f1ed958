from __future__ import annotations

import sys

import pytest

from pipeline.errors import EngineError
from pipeline.formats.fonts import ALLOWED_PREFIX, FONT_PACKAGES, font_file, font_folders, undrawable
from pipeline.resources import read_data
from tests.support.update_glyphs import edges_of, faces, variants_of

FILES = [font_file(package) for package in FONT_PACKAGES]


def test_the_font_files_are_installed() -> None:
    assert set(FONT_PACKAGES) == {"noto-cjk-sans-otc", "noto-cjk-sans-jp-bold"}
    for file in FILES:
        assert file.is_file()
        assert file.name.startswith(ALLOWED_PREFIX)
    assert font_folders() == [file.parent for file in FILES]


def test_the_folders_hold_no_other_font() -> None:
    kinds = {".ttc", ".otf", ".ttf", ".otc"}
    found = {file for folder in font_folders() for file in folder.iterdir() if file.suffix.lower() in kinds}
    assert found == set(FILES)


def test_what_the_fonts_can_draw() -> None:
    assert undrawable("王晓明 WANG 高橋 直樹 𠮷䶮㛃﨑 ■□ ア–ク") == ""
    assert undrawable("a😀b☑😀") == "☑😀"
    assert undrawable("") == ""


@pytest.mark.slow
def test_the_table_is_what_every_face_has() -> None:
    table = read_data("glyphs", "formats")["edges"]
    assert table == sorted(set(table))
    assert len(table) % 2 == 0
    assert [face["name"].getDebugName(4) for face in faces() if edges_of(face) != table] == []


def test_the_table_of_variants_is_what_the_japanese_faces_have() -> None:
    table = read_data("glyph-variants", "formats")["edges"]
    regular, *_, bold = faces()
    assert variants_of(regular) == variants_of(bold) == table


def test_a_variant_of_a_name_is_drawn_and_one_that_is_not_there_is_named() -> None:
    assert undrawable("葛\U000e0100城") == ""
    assert undrawable("葛\U000e0110城") == "\U000e0110"
    assert undrawable("A\U000e0100葛\U000e0100") == "\U000e0100"
    assert undrawable("\U000e0100") == "\U000e0100"


@pytest.mark.parametrize("package", FONT_PACKAGES)
def test_a_missing_package_is_told(monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    monkeypatch.setitem(sys.modules, package.replace("-", "_"), None)
    with pytest.raises(EngineError) as caught:
        font_folders()
    (problem,) = caught.value.problems
    assert (problem.code, problem.file) == ("engine-fonts", package)
    assert "doctor" in problem.hint
