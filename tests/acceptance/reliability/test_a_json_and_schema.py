"""Cases A: what stands in a case file, from single bytes to its meaning."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.formats.json.reader import texts
from tests.support.expectation import Limits, Scene
from tests.support.tools import needs_strace

pytestmark = needs_strace
case = pytest.mark.case


def text_of(scene: Scene) -> str:
    return scene.case().read_text(encoding="utf-8")


def replaced(scene: Scene, old: str, new: str) -> Path:
    """The case file with one passage written otherwise."""
    text = text_of(scene)
    assert text.count(old) == 1
    return scene.raw(text.replace(old, new))


@case("A01")
@pytest.mark.parametrize("again", ['"sex"', '"\\u0073ex"'])
def test_a_repeated_key(scene: Scene, again: str) -> None:
    path = replaced(scene, '"sex": "male",', f'"sex": "male", {again}: "female",')
    scene.build(path).refused(3, ("json-repeated-key", "/patient/sex"))


@case("A02")
@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_a_number_that_json_does_not_have(scene: Scene, number: str) -> None:
    path = replaced(scene, '"culture_and_release_days": 42', f'"culture_and_release_days": {number}')
    [problem] = scene.build(path).refused(3, ("json-number", None))
    assert path.read_text("utf-8").splitlines()[problem["line"] - 1][problem["column"] - 1 :].startswith(number)


@case("A02")
@pytest.mark.parametrize("number", ["-0", "-0.0"])
def test_minus_zero_is_zero(scene: Scene, number: str) -> None:
    path = replaced(scene, '"culture_and_release_days": 42', f'"culture_and_release_days": {number}')
    scene.build(path).refused(3, ("schema-minimum", "/treatment/culture_and_release_days"))


@case("A03")
def test_an_integer_of_five_thousand_digits(scene: Scene) -> None:
    path = replaced(scene, '"culture_and_release_days": 42', f'"culture_and_release_days": {"7" * 5000}')
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


@case("A05")
def test_a_byte_order_mark_is_accepted(scene: Scene) -> None:
    path = scene.raw(b"\xef\xbb\xbf" + text_of(scene).encode())
    run = scene.build(path)
    assert run.run.code == 0
    run.left_as_it_was({"case-a"})


@case("A05")
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "gb18030"])
def test_another_encoding_is_named(scene: Scene, encoding: str) -> None:
    [problem] = scene.build(scene.raw(text_of(scene).encode(encoding))).refused(3, ("file-encoding", None))
    assert "UTF-8" in problem["hint"]


@case("A05")
def test_latin_1_is_told_with_its_place(scene: Scene) -> None:
    before, _, after = text_of(scene).encode().partition(b"QZAAQ")
    text, line = before + b"M\xfcller" + after, before.count(b"\n") + 1
    [problem] = scene.build(scene.raw(text)).refused(3, ("file-encoding", None))
    assert problem["line"] == line


@case("A07")
@pytest.mark.parametrize(
    ("character", "name"),
    [("\\ud800", "U+D800"), ("\\u0000", "U+0000"), ("\ufffe", "U+FFFE"), ("\\u000c", "U+000C"), ("\x85", "U+0085")],
)
def test_what_is_no_text_is_named(scene: Scene, character: str, name: str) -> None:
    path = replaced(scene, "北京市 QZAAQ", f"北京市 QZAAQ{character}")
    [problem] = scene.build(path).refused(3, ("text-character", "/patient/application/birth_place"))
    assert name in problem["message"]


@case("A08")
@pytest.mark.parametrize("character", ["\u202e", "\u2066", "\u200b", "\u200d", "\ufeff", "\U000e0041", "\u3164"])
def test_what_nobody_sees_is_named(scene: Scene, character: str) -> None:
    path = replaced(scene, "北京市 QZAAQ", f"北京市 QZAAQ{character}")
    [problem] = scene.build(path).refused(3, ("text-character", "/patient/application/birth_place"))
    assert f"U+{ord(character):04X}" in problem["message"]


@case("A09")
def test_a_cyrillic_letter_in_a_latin_word_is_a_warning(scene: Scene) -> None:
    path = scene.case(edits={"/patient/application/former_names": "W\u0430ng Xiaoming QZAAP"})
    run = scene.build(path)
    assert run.run.code == 0, run.run.err
    run.left_as_it_was({"case-a"})
    [problem] = [found for found in run.run.problems if found["code"] == "text-mixed-scripts"]
    assert (problem["severity"], problem["pointer"]) == ("warning", "/patient/application/former_names")
    assert "U+0430" in problem["message"]


@case("A09")
@pytest.mark.parametrize("field", ["surname", "given_names"])
def test_in_passport_letters_it_is_an_error(scene: Scene, field: str) -> None:
    path = scene.case(edits={f"/patient/name/{field}": "W\u0410NG"})
    scene.build(path).refused(3, ("schema-pattern", f"/patient/name/{field}"))


@case("A10")
@pytest.mark.parametrize(
    "number",
    ["EJ0765432\\n", "ＥＪ０７６５４３２", "EJ٠٧٦٥٤٣٢", "EJ076543２", "EJ0765432 "],
    ids=["line-end", "full-width", "arabic", "one-full-width", "space"],
)
def test_a_passport_number_in_other_digits(scene: Scene, number: str) -> None:
    path = replaced(scene, '"number": "EJ0765432"', f'"number": "{number}"')
    code = "text-character" if number.endswith("\\n") else "schema-pattern"
    scene.build(path).refused(3, (code, "/patient/passport/number"))


@case("A11")
@pytest.mark.parametrize("day", ["2023-02-29", "31/12/2024", "2024-1-5", "2024-13-01", "20240105", "2024-01-05T00:00"])
def test_a_date_that_is_none(scene: Scene, day: str) -> None:
    path = scene.case(edits={"/patient/passport/issue_date": day})
    scene.build(path).refused(3, ("schema-format", "/patient/passport/issue_date"))


@case("A12")
@pytest.mark.parametrize(
    ("field", "near"), [("/patient/pasport", "passport"), ("/visa/entires", "entries"), ("/treatment/visit", "visits")]
)
def test_a_misspelt_field_names_the_nearest(scene: Scene, field: str, near: str) -> None:
    [problem] = scene.build(scene.case(edits={field: "x"})).refused(3, ("schema-unknown-field", field))
    assert near in problem["message"] + problem["hint"]


@case("A12")
def test_a_field_like_none_names_none(scene: Scene) -> None:
    [problem] = scene.build(scene.case(edits={"/visa/qqqq": "x"})).refused(3, ("schema-unknown-field", "/visa/qqqq"))
    assert "did you mean" not in problem["hint"]


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
@pytest.mark.parametrize("text", ["[]", '"QZAAQ"', "null", "1", "true"], ids=["list", "text", "null", "1", "true"])
def test_a_top_level_that_is_no_object(scene: Scene, text: str) -> None:
    scene.build(scene.raw(text)).refused(3, ("schema-type", ""))


@case("A15")
@pytest.mark.timeout(60)
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


@case("A17")
@pytest.mark.parametrize("key", ["items", "values", "keys", "__class__", "__init__", "pop"])
def test_keys_that_are_methods_elsewhere(scene: Scene, key: str) -> None:
    pointer = f"/patient/{key}"
    scene.build(scene.case(edits={pointer: "QZAAQ"})).refused(3, ("schema-unknown-field", pointer))


@case("A18")
def test_a_gigabyte(scene: Scene) -> None:
    path = scene.raw("")
    with path.open("wb") as file:
        file.truncate(10**9)
    scene.build(path).refused(3, ("file-size", None), limits=Limits(seconds=4, megabytes=300))


@case("A01", "A02", "A05", "A07", "A15")
def test_bad_files_among_good_ones_cost_themselves_alone(scene: Scene) -> None:
    spoil: dict[str, Callable[[str], str | bytes]] = {
        "bad-key": lambda good: good.replace('"sex": "male",', '"sex": "male", "sex": "male",'),
        "bad-number": lambda good: good.replace(": 42", ": NaN"),
        "bad-encoding": lambda good: good.encode("utf-16"),
        "bad-text": lambda good: good.replace("QZAAQ", "QZAAQ\\u0000"),
        "bad-type": lambda _good: "[]",
        "bad-end": lambda good: good[:-20],
    }
    for name, content in spoil.items():
        scene.raw(content(scene.case(name).read_text("utf-8")), name)
    for name in ("case-a", "good-1", "good-2"):
        scene.case(name)
    codes = dict.fromkeys(spoil, 3) | {"case-a": 0, "good-1": 0, "good-2": 0}
    scene.build(scene.folder / "cases", "-j", "2").ended(codes)
