from __future__ import annotations

import sys

import pytest

from pipeline.errors import EngineError
from pipeline.fonts import ALLOWED_PREFIX, FONT_PACKAGES, font_file, font_folders, undrawable

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


@pytest.mark.parametrize("package", FONT_PACKAGES)
def test_a_missing_package_is_told(monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    monkeypatch.setitem(sys.modules, package.replace("-", "_"), None)
    with pytest.raises(EngineError) as caught:
        font_folders()
    (problem,) = caught.value.problems
    assert (problem.code, problem.file) == ("engine-fonts", package)
    assert "doctor" in problem.hint
