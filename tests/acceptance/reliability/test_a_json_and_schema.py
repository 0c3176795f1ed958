"""Cases A: what stands in a case file, from single bytes to its meaning."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from pipeline.formats.json.reader import texts
from tests.support.cases import change
from tests.support.expectation import Limits, Scene
from tests.support.tools import needs_strace

pytestmark = needs_strace
case = pytest.mark.case


BIRTH_PLACE = "/patient/application/birth_place"
DAYS = "/treatment/culture_and_release_days"
ISSUED = "/patient/passport/issue_date"
PASSPORT = "/patient/passport/number"

#: Makes a wrong case file from the text of a good one.
Spoil = Callable[[str], str | bytes]


@dataclass(frozen=True)
class Wrong:
    """A case file that is refused: how it is made, and the one error with words of its message or hint."""

    spoil: Spoil
    code: str
    pointer: str | None
    says: str = ""
    #: what the file has at the line and the column of the error
    at: str = ""


def passage(old: str, new: str) -> Spoil:
    """Write one passage otherwise."""

    def spoil(text: str) -> str:
        assert text.count(old) == 1
        return text.replace(old, new)

    return spoil


def field(pointer: str, value: str) -> Spoil:
    """Give one field another value."""

    def spoil(text: str) -> str:
        data = json.loads(text)
        change(data, {pointer: value})
        return json.dumps(data, ensure_ascii=False)

    return spoil


def key(again: str) -> Wrong:
    return Wrong(passage('"sex": "male",', f'"sex": "male", {again}: "female",'), "json-repeated-key", "/patient/sex")


def days(number: str) -> Spoil:
    return passage('"culture_and_release_days": 42', f'"culture_and_release_days": {number}')


def character(text: str, name: str) -> Wrong:
    birth_place = '"birth_place": "北京市 '
    return Wrong(passage(birth_place, birth_place + text), "text-character", BIRTH_PLACE, name)


def encoded(encoding: str) -> Wrong:
    return Wrong(lambda good: good.encode(encoding), "file-encoding", None, "UTF-8")


def latin_1(good: str) -> bytes:
    before, _, after = good.encode().partition(b"QZAAQ")
    return before + b"M\xfcller" + after


def passport(number: str, code: str = "schema-pattern") -> Wrong:
    return Wrong(passage('"number": "EJ0765432"', f'"number": "{number}"'), code, PASSPORT)


def misspelt(pointer: str, near: str) -> Wrong:
    return Wrong(field(pointer, "x"), "schema-unknown-field", pointer, near)


def top_level(text: str) -> Wrong:
    return Wrong(lambda _good: text, "schema-type", "")


WRONG: dict[str, list[Wrong]] = {
    "a01": [key('"sex"'), key('"\\u0073ex"')],
    "a02": [
        *(Wrong(days(number), "json-number", None, at=number) for number in ("NaN", "Infinity", "-Infinity", "1e999")),
        *(Wrong(days(number), "schema-minimum", DAYS) for number in ("-0", "-0.0")),
    ],
    "a05": [*map(encoded, ("utf-16", "utf-16-be", "gb18030")), Wrong(latin_1, "file-encoding", None, at="ü")],
    "a07": [
        character("\\ud800", "U+D800"),
        character("\\u0000", "U+0000"),
        character("\ufffe", "U+FFFE"),
        character("\\u000c", "U+000C"),
        character("\x85", "U+0085"),
    ],
    "a08": [character(text, f"U+{ord(text):04X}") for text in "\u202e\u2066\u200b\u200d\ufeff\U000e0041\u3164"],
    "a09": [
        Wrong(field(f"/patient/name/{name}", "W\u0410NG"), "schema-pattern", f"/patient/name/{name}")
        for name in ("surname", "given_names")
    ],
    "a10": [
        passport("EJ0765432\\n", "text-character"),
        *map(passport, ("ＥＪ０７６５４３２", "EJ٠٧٦٥٤٣٢", "EJ076543２", "EJ0765432 ")),
    ],
    "a11": [
        Wrong(field(ISSUED, day), "schema-format", ISSUED)
        for day in ("2023-02-29", "31/12/2024", "2024-1-5", "2024-13-01", "20240105", "2024-01-05T00:00")
    ],
    "a12": [
        misspelt("/patient/pasport", "did you mean 'passport'?"),
        misspelt("/visa/entires", "did you mean 'entries'?"),
        misspelt("/treatment/visit", "did you mean 'visits'?"),
    ],
    "a15": [
        *map(top_level, ("[]", '"QZAAQ"', "null", "1", "true")),
        Wrong(lambda good: good[:-20], "json-syntax", None),
    ],
    "a17": [
        Wrong(field(f"/patient/{name}", "QZAAQ"), "schema-unknown-field", f"/patient/{name}")
        for name in ("items", "values", "keys", "__class__", "__init__", "pop")
    ],
}


@case("A01", "A02", "A05", "A07", "A08", "A09", "A10", "A11", "A12", "A15", "A17")
def test_each_wrong_file_costs_itself_alone(scene: Scene, subtests: pytest.Subtests) -> None:
    """Among them are two good ones, one of them with a byte order mark."""
    wrong = {f"{name}-{number}": each for name, many in WRONG.items() for number, each in enumerate(many)}
    files = {name: scene.raw(each.spoil(scene.case(name).read_text("utf-8")), name) for name, each in wrong.items()}
    scene.case()
    scene.raw(b"\xef\xbb\xbf" + scene.case("marked").read_bytes(), "marked")
    run = scene.build(scene.folder / "cases", "-j", "2")
    run.ended(dict.fromkeys(wrong, 3) | {"case-a": 0, "marked": 0})
    for name, each in wrong.items():
        with subtests.test(name):
            [problem] = run.errors(name)
            assert (problem["code"], problem["pointer"]) == (each.code, each.pointer)
            assert each.says in problem["message"] + problem["hint"]
            if each.at:
                line = files[name].read_text("latin-1").split("\n")[problem["line"] - 1]
                assert line[problem["column"] - 1 :].startswith(each.at)


@case("A09")
def test_a_cyrillic_letter_in_a_latin_word_is_a_warning(scene: Scene) -> None:
    path = scene.case(edits={"/patient/application/former_names": "W\u0430ng Xiaoming QZAAP"})
    run = scene.build(path)
    run.ended({"case-a": 0})
    [problem] = [found for found in run.run.problems if found["code"] == "text-mixed-scripts"]
    assert (problem["severity"], problem["pointer"]) == ("warning", "/patient/application/former_names")
    assert "U+0430" in problem["message"]


@case("A12")
def test_a_field_like_none_names_none(scene: Scene) -> None:
    [problem] = scene.build(scene.case(edits={"/visa/qqqq": "x"})).refused(3, ("schema-unknown-field", "/visa/qqqq"))
    assert "did you mean" not in problem["hint"]


@case("A03")
def test_an_integer_of_five_thousand_digits(scene: Scene) -> None:
    path = scene.raw(days("7" * 5000)(scene.case().read_text("utf-8")))
    [problem] = scene.build(path).refused(3, ("json-number", None), limits=Limits(seconds=4))
    assert "777" not in problem["message"] + problem["hint"]


@case("A04")
@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "[" * 100_000 + "]" * 100_000])
def test_a_hundred_thousand_levels(scene: Scene, text: str) -> None:
    scene.build(scene.raw(text)).refused(3, ("json-depth", None), limits=Limits(seconds=4, megabytes=300))


@case("A04")
def test_ten_megabytes_of_brackets(scene: Scene) -> None:
    path = scene.raw("[" * 10_000_000)
    # Of this, reading takes less than a second; the rest is the start of the program.
    scene.build(path).refused(3, ("file-size", None), limits=Limits(seconds=4, megabytes=300))


#: What patterns of the schemas could go to and fro over, each as long as a case file has room for in every field.
FILLINGS = ("a", "A", "0", "-", " ", "a-", "0 ", "/a", "companion-")
ROOM = 3_000


@case("A14")
def test_a_long_value_in_every_field_is_refused_soon(scene: Scene) -> None:
    """Nine cases, so that every field meets every filling."""
    pointers = [pointer for pointer, _, is_key in texts(scene.planted.data) if not is_key]
    fields = [pointer for pointer in pointers if pointer not in {"/$schema", "/case_id"}]
    for number in range(len(FILLINGS)):
        fillings = (FILLINGS[(number + place) % len(FILLINGS)] for place in range(len(fields)))
        long = (filling * (ROOM // len(filling)) + "!" for filling in fillings)
        scene.case(f"long-{number}", dict(zip(fields, long, strict=True)))
    # No value of the planted case is left, and hints give some of them as examples.
    scene.planted = replace(scene.planted, canaries=frozenset(filling * 20 for filling in FILLINGS if filling.strip()))
    run = scene.build(scene.folder / "cases")
    run.ended({f"long-{number}": 3 for number in range(len(FILLINGS))}, limits=Limits(seconds=10))
    for result in run.run.report["results"]:
        assert {problem["pointer"] for problem in result["problems"]} == set(fields)


@case("A15")
@pytest.mark.parametrize("kind", ["folder", "pipe", "device", "nothing"])
def test_what_is_no_file(scene: Scene, kind: str) -> None:
    path = scene.case()
    path.unlink()
    if kind == "folder":
        (path / "case.json").mkdir(parents=True)
        path /= "case.json"
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    code = {"folder": "no-case", "nothing": "file-missing"}.get(kind, "file-kind")
    scene.build(path).refused(2 if kind == "folder" else 3, (code, None))


@case("A18")
def test_a_gigabyte(scene: Scene) -> None:
    path = scene.raw("")
    with path.open("wb") as file:
        file.truncate(10**9)
    scene.build(path).refused(3, ("file-size", None), limits=Limits(seconds=4, megabytes=300))
