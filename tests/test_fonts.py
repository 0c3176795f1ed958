from __future__ import annotations

from pipeline.fonts import ALLOWED_PREFIX, font_files, font_folders, undrawable


def test_the_font_files_are_installed() -> None:
    assert set(font_files()) == {"noto-cjk-sans-otc", "noto-cjk-sans-jp-bold"}
    for file in font_files().values():
        assert file.is_file()
        assert file.name.startswith(ALLOWED_PREFIX)
    assert font_folders() == [file.parent for file in font_files().values()]


def test_the_folders_hold_no_other_font() -> None:
    kinds = {".ttc", ".otf", ".ttf", ".otc"}
    found = {file for folder in font_folders() for file in folder.iterdir() if file.suffix.lower() in kinds}
    assert found == set(font_files().values())


def test_what_the_fonts_can_draw() -> None:
    assert undrawable("王晓明 WANG 高橋 直樹 𠮷䶮㛃﨑 ■□ ア–ク") == ""
    assert undrawable("a😀b☑😀") == "☑😀"
    assert undrawable("") == ""
