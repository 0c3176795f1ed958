"""Where cases come from."""

from __future__ import annotations

import io
import json
import os
import socket
import sys
from pathlib import Path

import pytest

from pipeline.case.load import load_case
from pipeline.case.source import Source, find_case_id, read_case_id
from pipeline.errors import CaseError, InputError
from pipeline.formats.json.reader import MAX_BYTES
from pipeline.formats.json.schema_files import schema_text
from pipeline.run.inputs import is_many, sources
from tests.support.cases import EXAMPLES

WANG = EXAMPLES / "wang-xiaoming" / "case.json"


def one_line(path: Path) -> str:
    return json.dumps(json.loads(path.read_text(encoding="utf-8")), ensure_ascii=False)


def names(*given: str | Path) -> list[str]:
    return [source.name for source in sources(map(str, given))]


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    path = tmp_path / "cases.jsonl"
    path.write_text(f"{one_line(WANG)}\n\n  \n{one_line(EXAMPLES / 'xu-wenjing' / 'case.json')}\n", encoding="utf-8")
    return path


def test_a_file_is_taken_as_it_is_even_when_it_is_not_there() -> None:
    assert names(WANG, "none.json") == [str(WANG), "none.json"]


def test_a_folder_gives_its_own_case_or_those_in_it(tmp_path: Path) -> None:
    for name in ("b.json", "a.json", "c/case.json", "d/other.json", "e.jsonl", "f.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("{}", encoding="utf-8")
    assert names(tmp_path) == [str(tmp_path / name) for name in ("a.json", "b.json", "c/case.json", "e.jsonl:1")]
    assert names(tmp_path / "c") == [str(tmp_path / "c" / "case.json")]


def test_a_pattern_is_for_shells_that_leave_it(tmp_path: Path) -> None:
    for name in ("b.json", "a.json", "[c].json"):
        (tmp_path / name).write_text("{}", encoding="utf-8")
    assert names(tmp_path / "?.json") == [str(tmp_path / "a.json"), str(tmp_path / "b.json")]
    assert names(tmp_path / "[c].json") == [str(tmp_path / "[c].json")]


@pytest.mark.parametrize("name", ["empty", "*.none"])
def test_what_names_no_case_is_wrong_usage(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError) as error:
        names(tmp_path / name)
    assert error.value.exit_code == 2


def test_each_line_is_a_case_with_its_number(lines: Path) -> None:
    found = list(sources([str(lines)]))
    assert [source.name for source in found] == [f"{lines}:1", f"{lines}:4"]
    assert [load_case(source, EXAMPLES / "directory").case.case_id for source in found] == [
        "wang-xiaoming",
        "xu-wenjing",
    ]


def test_problems_of_a_line_say_its_line(lines: Path) -> None:
    text = lines.read_text(encoding="utf-8").replace('"sex": "female"', '"sex": "f"')
    lines.write_text(text, encoding="utf-8")
    *_, second = sources([str(lines)])
    with pytest.raises(Exception, match="one of") as error:
        load_case(second)
    [problem] = error.value.problems  # type: ignore[attr-defined]
    assert (problem.file, problem.line) == (str(lines), 4)
    assert text.splitlines()[3][problem.column - 1 :].startswith('"f"')


def test_standard_input_is_lines(monkeypatch: pytest.MonkeyPatch, lines: Path) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines.read_bytes())))
    assert names("-") == ["standard input:1", "standard input:4"]


def test_lines_are_read_as_they_are_needed(lines: Path) -> None:
    found = sources([str(lines)])
    assert next(found).line == 1
    with lines.open("a", encoding="utf-8") as file:
        file.write("{}\n")
    assert [source.line for source in found] == [4, 5]


def test_a_line_that_is_too_long_is_one_case_and_is_not_kept(lines: Path) -> None:
    with lines.open("ab") as file:
        file.write(b'{"case_id": "' + b"x" * 3 * MAX_BYTES + b'"}\n{"case_id": "last"}\n')
    found = list(sources([str(lines)]))
    assert [source.line for source in found] == [1, 4, 5, 6]
    assert len(found[2].raw or b"") == MAX_BYTES + 1
    assert read_case_id(found[3]) == "last"


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"null", b'{"case_id": 1}', b"[" * 100_000, b"\xff"])
def test_an_id_that_cannot_be_read_is_none(raw: bytes) -> None:
    assert read_case_id(Source("x", Path(), raw)) is None


@pytest.mark.timeout(10)
def test_a_pipe_a_socket_and_a_device_among_the_cases_are_named_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jsonl")
    (tmp_path / "device.jsonl").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket.jsonl"))
    for path in tmp_path.iterdir():
        with pytest.raises(CaseError) as error:
            names(path)
        assert [(problem.code, problem.file) for problem in error.value.problems] == [("file-kind", str(path))]


def test_what_is_many(lines: Path) -> None:
    assert not is_many([str(WANG)])
    assert not is_many([str(WANG.parent)])
    assert is_many([str(WANG), str(WANG)])
    assert is_many(["-"])
    assert is_many([str(lines)])
    assert is_many([str(EXAMPLES)])


def test_an_id_for_a_report_is_one_that_the_schema_permits() -> None:
    schema = json.loads(schema_text("case"))["properties"]["case_id"]
    valid = [*schema["examples"], "a" * 64, "com10", "con-1", "null"]
    for name in (*valid, *schema["not"]["enum"], "ab", "a" * 65, "Case-A", "-ab", "ab-", "王晓明", "", "a b"):
        for text in (json.dumps({"case_id": name}), f'{{"case_id": "{name}", '):
            found = find_case_id(Source("x", Path(), text.encode()))
            assert found == (name if name in valid else None), text
    for text in ("[]", "1", '"case_id"', '{"case_id": 5}', "[" * 100_000, ""):
        assert find_case_id(Source("x", Path(), text.encode())) is None
    assert find_case_id(Source("none", Path())) is None
