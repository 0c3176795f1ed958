from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from pipeline.documents.engines import cut_fonts as faces
from pipeline.documents.engines.cut_fonts import cut_faces, has_common_characters
from pipeline.documents.engines.engine import load_engine
from pipeline.documents.engines.office2pdf import Office2Pdf, _convert
from pipeline.errors import EngineError
from pipeline.formats.fonts import UndrawableError, font_file, font_folders
from pipeline.formats.pdf.reading import embedded_fonts
from pipeline.system.cache import cache_folder
from tests.support.built import MEDICAL_STAY, make_docx
from tests.support.cases import GOOD_EXAMPLES

pytestmark = pytest.mark.slow

COMMON = ("王晓明 WANG Xiaoming", "高橋 直樹 ①㈱㎡ ■□ ア–ク", "Ünal Çağrı → é")
RARE = ("𠮷", "䶮", "㛃")


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where an empty cache of this test alone may be made."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    clear()
    yield tmp_path
    clear()


def clear() -> None:
    cut_faces.cache_clear()
    cache_folder.cache_clear()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of a few bytes in the place of real faces, for tests of the cache."""
    monkeypatch.setattr(faces, "_cut", lambda face: face.name.encode())


def by(folders: list[Path], docx: bytes) -> bytes:
    load_engine("office2pdf")
    return _convert(docx, tuple(folders))


def cut() -> Path:
    folder = cut_faces()
    assert folder is not None
    return folder


def test_a_page_is_the_same_byte_for_byte() -> None:
    for docx in (make_docx(*COMMON), make_docx(*COMMON, font="Noto Sans CJK SC")):
        assert has_common_characters(docx)
        assert by([cut()], docx) == by(font_folders(), docx) == Office2Pdf().convert(docx)


def test_every_document_of_the_examples_is_the_same(packet_of: Callable[..., Path]) -> None:
    """One of each template is drawn again; the characters of all are common."""
    documents = [file for name in GOOD_EXAMPLES for file in (packet_of(name) / "documents").glob("*.docx")]
    assert [file for file in documents if not has_common_characters(file.read_bytes())] == []
    of_template = {file.stem.partition("-")[2].removeprefix("companion-1-"): file for file in documents}
    assert of_template.keys() == {path.stem for path in MEDICAL_STAY.glob("*.docx")}
    whole = font_folders()
    changed = [file for file in of_template.values() if by([cut()], file.read_bytes()) != by(whole, file.read_bytes())]
    assert changed == []


@pytest.mark.parametrize("template", sorted(MEDICAL_STAY.glob("*.docx")), ids=lambda path: path.stem)
def test_the_shipped_templates_need_common_characters_alone(template: Path) -> None:
    assert has_common_characters(template.read_bytes())


@pytest.mark.parametrize("character", RARE)
def test_a_rare_character_is_drawn_with_the_whole_packages(character: str) -> None:
    docx = make_docx(f"王{character}")
    assert not has_common_characters(docx)
    assert Office2Pdf().convert(docx) == by(font_folders(), docx)


def test_a_character_that_is_written_as_a_number_is_seen() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<w:t>&#13979;</w:t>")
    assert not has_common_characters(out.getvalue())


@pytest.mark.parametrize("font", ["Noto Sans CJK KR", "Noto Sans CJK TC"])
def test_another_face_of_the_packages_can_still_be_used(font: str) -> None:
    docx = make_docx("王晓明", font=font)
    with pytest.raises(EngineError):
        by([cut()], docx)
    pdf = Office2Pdf().convert(docx)
    assert pdf == by(font_folders(), docx)
    assert embedded_fonts(pdf) == {f"NotoSansCJK{font[-2:].lower()}-Regular-Identity-H"}


def test_what_no_face_has_is_refused_by_name() -> None:
    with pytest.raises(UndrawableError) as error:
        Office2Pdf().convert(make_docx("王😀"))
    assert error.value.characters == "😀"


def test_a_character_is_in_all_cut_faces_or_in_none() -> None:
    """Else a face could silently draw what another one lacks, and would have with the whole packages."""
    found = []
    for name, shipped in faces._FACES.items():
        with TTFont(font_file(shipped.package), fontNumber=shipped.number) as whole, TTFont(cut() / name) as face:
            whole_map, cut_map = whole.getBestCmap(), face.getBestCmap()
            assert {code: whole_map[code] for code in cut_map} == cut_map
            assert cut_map.keys() == whole_map.keys() & set(map(ord, faces._common()))
            assert not any(0xE000 <= code <= 0xF8FF for code in whole_map)
            assert face["name"].getDebugName(6) == Path(name).stem
            found.append(cut_map.keys())
    assert found[0] == found[1] == found[2]
    assert len(found[0]) > 11_000


@pytest.mark.usefixtures("quick")
def test_the_cache_is_made_once_and_is_private(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = cut()
    assert folder.parent == empty / "cache" / "visa-packet"
    files = sorted(folder.iterdir())
    assert [file.name for file in files] == sorted(faces._FACES)
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert {stat.S_IMODE(each.stat().st_mode) for each in (folder, folder.parent)} == {0o700}
    assert list(folder.parent.iterdir()) == [folder]
    clear()
    monkeypatch.setattr(faces, "_make", None)
    assert cut() == folder


@pytest.mark.usefixtures("quick")
def test_the_cache_is_for_these_font_files(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = cut()
    cut_faces.cache_clear()
    monkeypatch.setattr(faces, "_CUT", 0)
    assert cut() != first
    assert first.parent == empty / "cache" / "visa-packet"


@pytest.mark.usefixtures("empty", "quick")
def test_a_folder_with_other_files_or_other_writers_is_not_used() -> None:
    (cut() / "Another.otf").write_bytes(b"")
    cut_faces.cache_clear()
    assert cut_faces() is None
    (cache_folder() or Path()).joinpath(f"faces-{faces._key()}", "Another.otf").unlink()
    cut_faces.cache_clear()
    cut().chmod(0o777)
    cut_faces.cache_clear()
    assert cut_faces() is None


def test_without_any_cache_it_converts_all_the_same(empty: Path) -> None:
    (empty / "cache").write_bytes(b"")
    (empty / "temporary").rmdir()
    (empty / "temporary").write_bytes(b"")
    docx = make_docx("王晓明")
    assert Office2Pdf().convert(docx) == by(font_folders(), docx)
    assert cut_faces() is None


@pytest.mark.usefixtures("quick")
def test_two_processes_may_make_it_at_once(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make = faces._make

    def twice(folder: Path) -> None:
        make(folder)
        make(folder)

    monkeypatch.setattr(faces, "_make", twice)
    folder = cut()
    assert list((empty / "cache" / "visa-packet").iterdir()) == [folder]
