from __future__ import annotations

import codecs
import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.case.load import load_case
from pipeline.errors import CaseError, Problem
from pipeline.formats.json.reader import MAX_BYTES, MAX_DEPTH, MAX_DIGITS, JsonFile, read_json
from tests.support.cases import EXAMPLES

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**17) + 1, 10**18 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]))
)
keys = st.text(st.characters(categories=["L", "N", "P"]))
documents = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4), max_leaves=12
)


#: Pieces of JSON and of what people take for it.
NEARLY = [
    *'{}[],:"-.e1 \n\r\\',
    *('"a"', '"a":', '"\\u0061":', '{"a": 1, "a": 2}', "\\u00", "\\ud800", "\u200b", "\ufeff", "王"),
    *("NaN", "1e9", "9" * 20, "true", "null"),
]


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("json") / "case.json"


def read(path: Path, content: bytes | str) -> JsonFile:
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
    return read_json(path)


def refused(path: Path, content: bytes | str) -> list[Problem]:
    with pytest.raises(CaseError) as error:
        read(path, content)
    problems = list(error.value.problems)
    assert problems
    for problem in problems:
        assert problem.severity == "error"
        assert problem.file == str(path)
        assert problem.message
        assert problem.hint
    return problems


def code_and_place(problem: Problem) -> tuple[str, str | None, int | None, int | None]:
    return problem.code, problem.pointer, problem.line, problem.column


def test_what_is_read(scratch: Path) -> None:
    content = b'\n{"a": [1, true, null, "\xe7\x8e\x8b"], "b": 1.5}\n'
    document = read(scratch, content)
    assert document.data == {"a": [1, True, None, "王"], "b": 1.5}
    assert document.text == content.decode()
    assert document.sha256 == hashlib.sha256(content).hexdigest()
    assert (document.name, document.folder) == (str(scratch), scratch.parent)
    assert document.positions.value("/b") == (2, 34)


def test_byte_order_mark_is_accepted_and_moves_no_column(scratch: Path) -> None:
    document = read(scratch, codecs.BOM_UTF8 + b'{"a": 1}')
    assert document.data == {"a": 1}
    assert document.positions.value("/a") == (1, 7)
    assert document.sha256 == hashlib.sha256(codecs.BOM_UTF8 + b'{"a": 1}').hexdigest()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_refused(scratch: Path, encoding: str) -> None:
    [problem] = refused(scratch, '{"name": "王"}'.encode(encoding))
    assert problem.code == "file-encoding"


def test_utf_16_is_named_in_both_orders(scratch: Path) -> None:
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        [problem] = refused(scratch, mark + "{}".encode(encoding))
        assert problem.code == "file-encoding"
        assert "UTF-16" in problem.message
        assert "UTF-8" in problem.hint


def test_latin_1_is_named_with_its_place(scratch: Path) -> None:
    [problem] = refused(scratch, '{\n  "a": "Müller"}'.encode("latin-1"))
    assert code_and_place(problem) == ("file-encoding", None, 2, 10)


def test_place_of_a_wrong_byte_counts_bytes(scratch: Path) -> None:
    [problem] = refused(scratch, '{"王": "'.encode() + b'\xff"}')
    assert (problem.line, problem.column) == (1, 10)
    assert "bytes" in problem.message


@pytest.mark.parametrize("content", [b"", b" \n\t\r\n", b"\xef\xbb\xbf"])
def test_empty(scratch: Path, content: bytes) -> None:
    [problem] = refused(scratch, content)
    assert problem.code == "file-empty"


def test_missing(tmp_path: Path) -> None:
    with pytest.raises(CaseError) as error:
        read_json(tmp_path / "none.json")
    assert [problem.code for problem in error.value.problems] == ["file-missing"]


def test_directory(tmp_path: Path) -> None:
    with pytest.raises(CaseError) as error:
        read_json(tmp_path)
    assert [problem.message for problem in error.value.problems] == ["this is a folder"]


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="counts open files by /proc")
def test_a_refused_file_is_closed(tmp_path: Path) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(20):
        with pytest.raises(CaseError):
            read_json(tmp_path)
    assert len(list(Path("/proc/self/fd").iterdir())) <= before


@pytest.mark.timeout(10)
def test_a_named_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(CaseError) as error:
        read_json(tmp_path / "pipe")
    assert [problem.code for problem in error.value.problems] == ["file-kind"]


def test_a_device_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/dev/zero")
    with pytest.raises(CaseError) as error:
        read_json(tmp_path / "link")
    assert [problem.code for problem in error.value.problems] == ["file-kind"]


@pytest.mark.usefixtures("ordinary_user")
def test_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "secret.json"
    path.write_text("{}", encoding="utf-8")
    path.chmod(0)
    with pytest.raises(CaseError) as error:
        read_json(path)
    assert [problem.code for problem in error.value.problems] == ["file-unreadable"]


def test_a_path_with_a_null_character() -> None:
    with pytest.raises(CaseError) as error:
        read_json(Path("a\0b"))
    assert [problem.code for problem in error.value.problems] == ["file-unreadable"]


def test_size_limit(scratch: Path) -> None:
    assert read(scratch, b'"' + b"a" * (MAX_BYTES - 2) + b'"').data
    [problem] = refused(scratch, b'"' + b"a" * (MAX_BYTES - 1) + b'"')
    assert problem.code == "file-size"


def test_a_sparse_gigabyte_is_refused_by_its_size(tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    with path.open("wb") as file:
        file.truncate(10**9)
    with pytest.raises(CaseError) as error:
        read_json(path)
    assert [problem.code for problem in error.value.problems] == ["file-size"]


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")])
def test_depth_limit(scratch: Path, opening: str, closing: str) -> None:
    times = MAX_DEPTH // len([sign for sign in opening if sign in "[{"])
    assert read(scratch, opening * times + "1" + closing * times).data
    [problem] = refused(scratch, opening * times + '[1, "]"]' + closing * times)
    assert problem.code == "json-depth"


@pytest.mark.timeout(10)
@pytest.mark.parametrize("opening", ["[", '{"a":'])
@pytest.mark.parametrize("closed", [True, False])
def test_depth_of_a_hundred_thousand(scratch: Path, opening: str, *, closed: bool) -> None:
    text = opening * 100_000 + ("1" + {"[": "]"}.get(opening, "}") * 100_000 if closed else "")
    [problem] = refused(scratch, text)
    assert problem.code == "json-depth"


def test_brackets_in_strings_are_no_depth(scratch: Path) -> None:
    text = '["' + "[" * 100 + '", "\\"[[' + "{" * 100 + '"]'
    assert len(read(scratch, text).data) == 2


@pytest.mark.parametrize("token", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "1E+400"])
def test_numbers_that_json_does_not_have(scratch: Path, token: str) -> None:
    [problem] = refused(scratch, f'{{\n "a": "{token} {token}", "b": [1, {token}]}}')
    assert code_and_place(problem) == ("json-number", None, 2, len(f' "a": "{token} {token}", "b": [1, ') + 1)


@pytest.mark.timeout(10)
def test_integer_of_five_thousand_digits(scratch: Path) -> None:
    digits = "7" * 5000
    [problem] = refused(scratch, f'["{digits}",\n {digits}]')
    assert code_and_place(problem) == ("json-number", None, 2, 2)
    assert digits[:20] not in problem.message


def test_digit_limit(scratch: Path) -> None:
    assert read(scratch, "9" * MAX_DIGITS).data == 10**MAX_DIGITS - 1
    [problem] = refused(scratch, "9" * (MAX_DIGITS + 1))
    assert problem.code == "json-number"


def test_place_of_a_number_that_is_part_of_another(scratch: Path) -> None:
    digits = "1234567890123456789"
    [problem] = refused(scratch, f"[0.{digits}, {digits}.5, 1e-{digits[:3]}, {digits}]")
    assert problem.column == len(f"[0.{digits}, {digits}.5, 1e-{digits[:3]}, ") + 1


@pytest.mark.parametrize(("text", "value"), [("-0", 0), ("42.0", 42), ("4.2e1", 42), ("0.5", 0.5), ("-1e2", -100)])
def test_a_whole_number_in_any_spelling_is_an_integer(scratch: Path, text: str, value: float) -> None:
    found = read(scratch, text).data
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("{", 1, 1),
        ("{'a': 1}", 1, 2),
        ('{"a": 1 "b": 2}', 1, 7),
        ('{\n  "a": tru\n}', 2, 8),
        ('["a\nb"]', 1, 2),
        ('["\\x"]', 1, 3),
        ("[1] 2", 1, 5),
        ("// c\n1", 1, 1),
        ("[01]", 1, 3),
        ("\ufeff{}", 1, 1),
        ("{“a”: 1}", 1, 2),
    ],
)
def test_syntax_errors_have_their_place(scratch: Path, text: str, line: int, column: int) -> None:
    [problem] = refused(scratch, codecs.BOM_UTF8 + text.encode())
    assert code_and_place(problem) == ("json-syntax", None, line, column)


def test_a_comma_too_many_has_its_place(scratch: Path) -> None:
    [problem] = refused(scratch, '{"a": 1,}')
    # Python 3.13 names the comma itself, earlier versions what follows it.
    assert (problem.code, problem.line) == ("json-syntax", 1)
    assert problem.column in {8, 9}


def test_a_syntax_error_tells_nothing_of_the_text(scratch: Path) -> None:
    [problem] = refused(scratch, '{"name": 王晓明}')
    assert "王" not in problem.message + problem.hint
    assert problem.column == 10


def test_repeated_keys_are_all_told(scratch: Path) -> None:
    text = '{"a": 1,\n "b": {"c": 1, "c": 2, "d": [{"e": 1, "\\u0065": 2}]},\n "a": 3, "a": 4}'
    problems = refused(scratch, text)
    assert [code_and_place(problem) for problem in problems] == [
        ("json-repeated-key", "/b/c", 2, 16),
        ("json-repeated-key", "/b/d/0/e", 2, 39),
        ("json-repeated-key", "/a", 3, 2),
        ("json-repeated-key", "/a", 3, 10),
    ]


def test_keys_below_a_repeated_key_are_not_repeated(scratch: Path) -> None:
    problems = refused(scratch, '{"a": {"b": 1}, "a": {"b": 2}}')
    assert [problem.pointer for problem in problems] == ["/a"]


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("\\u0000", "U+0000"),
        ("\\u0007", "U+0007"),
        ("\\n", "U+000A"),
        ("\\t", "U+0009"),
        ("\u0085", "U+0085"),
        ("\\ud800", "U+D800"),
        ("\\udc00\\ud800", "U+DC00"),
        ("\ufffe", "U+FFFE"),
        ("\\uffff", "U+FFFF"),
        ("\ufdd0", "U+FDD0"),
        ("\u202e", "U+202E"),
        ("\\u2066", "U+2066"),
        ("\u200b", "U+200B"),
        ("\ufeff", "U+FEFF"),
        ("\U000e0041", "U+E0041"),
        ("\\udb40\\udc41", "U+E0041"),
        ("\ue000", "U+E000"),
    ],
)
def test_refused_characters_are_named_with_their_place(scratch: Path, spelling: str, name: str) -> None:
    problems = refused(scratch, f'{{"a": 1,\n "b": ["x", "王{spelling}"]}}')
    assert code_and_place(problems[0]) == ("text-character", "/b/1", 2, 13)
    assert name in problems[0].message
    assert "the text contains" in problems[0].message

    problem = refused(scratch, f'{{"a": 1,\n  "王{spelling}": 2}}')[0]
    assert (problem.line, problem.column) == (2, 3)
    assert name in problem.message
    assert "the key contains" in problem.message


def test_a_surrogate_pair_is_one_character(scratch: Path) -> None:
    assert read(scratch, '"\\ud842\\udfb7"').data == "𠮷"


def test_a_raw_surrogate_is_not_utf_8(scratch: Path) -> None:
    [problem] = refused(scratch, '"\ud800"')
    assert problem.code == "file-encoding"


def test_all_refused_characters_are_told_at_once(scratch: Path) -> None:
    problems = refused(scratch, '{"a": "\\u0007\\u200b", "b\\u202e": ["\\u0000"], "a": 1}')
    assert [problem.code for problem in problems] == ["json-repeated-key", "text-character", "text-character"]
    problems = refused(scratch, '{"a": "\\u0007\\u200b", "b\\u202e": ["\\u0000"]}')
    assert [problem.message.split(",")[0].split()[-1] for problem in problems] == [
        "U+0007",
        "U+200B",
        "U+202E",
        "U+0000",
    ]


@pytest.mark.parametrize("text", ["[]", '"text"', "null", "1", "true"])
def test_any_top_level_is_read_and_refused_as_a_case(scratch: Path, text: str) -> None:
    assert read(scratch, text).data == json.loads(text)
    with pytest.raises(CaseError) as error:
        load_case(scratch)
    assert [code_and_place(p) for p in error.value.problems] == [("schema-type", "", 1, 1)]
    assert error.value.problems[0].message == "this must be an object"


@pytest.mark.parametrize("keep", [True, False])
def test_the_address_of_the_schema_may_be_there_or_not(scratch: Path, *, keep: bool) -> None:
    data = json.loads((EXAMPLES / "wang-xiaoming" / "case.json").read_text(encoding="utf-8"))
    if not keep:
        del data["$schema"]
    scratch.write_text(json.dumps(data), encoding="utf-8")
    assert load_case(scratch).case == load_case(EXAMPLES / "wang-xiaoming" / "case.json").case


@given(data=documents, indent=st.none() | st.integers(0, 3), ascii_only=st.booleans())
def test_any_document_within_the_limits_is_read_as_it_is(
    scratch: Path, data: Any, indent: int | None, *, ascii_only: bool
) -> None:
    text = json.dumps(data, indent=indent, ensure_ascii=ascii_only)
    document = read(scratch, text)
    assert document.data == data
    assert document.text == text


def only_case_errors(path: Path, content: bytes | str) -> None:
    try:
        document = read(path, content)
    except CaseError as error:
        for problem in error.problems:
            assert problem.message
            assert problem.hint
            assert problem.line is None or problem.line >= 1
            assert problem.column is None or problem.column >= 1
    else:
        assert document.data == json.loads(document.text)


@given(content=st.binary(max_size=200))
def test_nothing_but_a_case_error_on_any_bytes(scratch: Path, content: bytes) -> None:
    only_case_errors(scratch, content)


@given(text=st.text(max_size=200))
def test_nothing_but_a_case_error_on_any_text(scratch: Path, text: str) -> None:
    only_case_errors(scratch, text)


@given(text=st.lists(st.sampled_from(NEARLY), max_size=24).map("".join))
def test_nothing_but_a_case_error_on_what_is_nearly_json(scratch: Path, text: str) -> None:
    only_case_errors(scratch, text)
