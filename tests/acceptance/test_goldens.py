"""Every page of the examples is as it was when a person last looked: its text exactly, its picture nearly."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from tests.support import golden
from tests.support.cases import GOOD_EXAMPLES
from tests.support.golden import GOLDENS, HOW, Golden, encoded, of_packet
from tests.support.pages import FAILURES, keep, similarity

#: The pictures are drawn by locked versions; what is left is the choice of 24 colours.
_ALIKE = 0.995
_WORST_TILE = 0.97

Built = Callable[[str], Path]


def differences(example: str, folder: Path) -> Iterator[str]:
    """What is not as in the goldens, a line each, with where the new one lies."""
    new = of_packet(folder)
    old = {path.name: path.read_bytes() for path in (GOLDENS / example).iterdir()}
    for name in sorted(old.keys() - new.keys()):
        yield f"{example}/{name}: is no longer made; {HOW}"
    for name in sorted(new.keys() - old.keys()):
        yield f"{example}/{name}: has no golden; {_written(example, name, new[name])}; {HOW}"
    for name in sorted(new.keys() & old.keys()):
        golden = new[name]
        if not isinstance(golden, str):
            yield from _picture(example, name, old[name], golden)
        elif golden != (before := old[name].decode()):
            pages = " and ".join(map(str, _pages(before, golden)))
            yield f"{example}/{name}: page {pages} has another text; {_written(example, name, golden)}; {HOW}"


def _pages(old: str, new: str) -> list[int]:
    """Numbers of the pages whose text differs."""
    one, other = (text.split("--- page ")[1:] for text in (old, new))
    longest = max(len(one), len(other))
    return [page + 1 for page in range(longest) if one[page : page + 1] != other[page : page + 1]]


def _picture(example: str, name: str, old: bytes, new: Image.Image) -> Iterator[str]:
    with Image.open(io.BytesIO(old)) as one:
        before, after = one.convert("RGB"), new.convert("RGB")
    if before == after:
        return
    whole, worst = similarity(before, after)
    if before.size != after.size or whole < _ALIKE or worst < _WORST_TILE:
        kept = keep(f"golden-{example}-{Path(name).stem}", before, after)
        yield f"{example}/{name}: the page looks different ({whole:.4f}, worst tile {worst:.3f}); see {kept}; {HOW}"


def _written(example: str, name: str, golden: Golden) -> str:
    FAILURES.mkdir(exist_ok=True)
    path = FAILURES / f"golden-{example}-{name}"
    path.write_bytes(encoded(golden))
    return f"the new one lies in {path}"


@pytest.mark.parametrize("example", GOOD_EXAMPLES)
def test_an_example_is_as_it_was(example: str, packet_of: Built) -> None:
    found = list(differences(example, packet_of(example)))
    assert not found, "\n".join(found)


def test_every_golden_is_of_an_example() -> None:
    assert {path.name for path in GOLDENS.iterdir()} == set(GOOD_EXAMPLES)


class TestSpoilt:
    """What the comparison finds, and that it changes no golden."""

    @pytest.fixture
    def folder(self, packet_of: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """Goldens of one example, free to be spoilt."""
        monkeypatch.setattr(golden, "GOLDENS", tmp_path)
        monkeypatch.setattr("tests.acceptance.test_goldens.GOLDENS", tmp_path)
        monkeypatch.setattr("tests.support.pages.FAILURES", tmp_path / "failures")
        monkeypatch.setattr("tests.acceptance.test_goldens.FAILURES", tmp_path / "failures")
        golden.write("wang-xiaoming", of_packet(packet_of("wang-xiaoming")))
        return tmp_path / "wang-xiaoming"

    def found(self, folder: Path, packet_of: Built) -> list[str]:
        before = {path: path.read_bytes() for path in folder.iterdir()}
        told = list(differences("wang-xiaoming", packet_of("wang-xiaoming")))
        assert {path: path.read_bytes() for path in folder.iterdir()} == before
        return told

    def test_unspoilt(self, folder: Path, packet_of: Built) -> None:
        assert self.found(folder, packet_of) == []

    def test_a_changed_text_is_told_with_its_page(self, folder: Path, packet_of: Built) -> None:
        path = folder / "03-invitation-letter.txt"
        path.write_text(path.read_text(encoding="utf-8").replace("WANG", "WANC", 1), encoding="utf-8")
        (told,) = self.found(folder, packet_of)
        assert told.startswith("wang-xiaoming/03-invitation-letter.txt: page 1 has another text; the new one lies in ")
        assert "make goldens" in told

    def test_a_changed_picture_is_told_and_kept(self, folder: Path, packet_of: Built) -> None:
        path = folder / "03-invitation-letter-1.png"
        with Image.open(path) as picture:
            spoilt = picture.convert("RGB")
        ImageDraw.Draw(spoilt).rectangle((60, 300, 90, 306), fill="black")
        spoilt.save(path)
        (told,) = self.found(folder, packet_of)
        assert told.startswith("wang-xiaoming/03-invitation-letter-1.png: the page looks different")
        assert (folder.parent / "failures" / "golden-wang-xiaoming-03-invitation-letter-1.png").is_file()

    def test_a_page_too_few_and_one_too_many_are_told(self, folder: Path, packet_of: Built) -> None:
        (folder / "01-cover-sheet-1.png").rename(folder / "01-cover-sheet-9.png")
        told = self.found(folder, packet_of)
        assert [line.split(";")[0] for line in told] == [
            "wang-xiaoming/01-cover-sheet-9.png: is no longer made",
            "wang-xiaoming/01-cover-sheet-1.png: has no golden",
        ]
