"""Generates docs/security-tests.md: each case of ``reliability/cases.json`` with its tests, found by their marks."""

from __future__ import annotations

import ast
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
TESTS = ROOT / "tests"


def case_list() -> dict[str, Any]:
    """Return the groups of cases by their letter."""
    groups: dict[str, Any] = json.loads(
        (TESTS / "acceptance" / "reliability" / "cases.json").read_text(encoding="utf-8")
    )
    return groups


def tests_by_case() -> dict[str, list[tuple[str, str]]]:
    """Return path and name of the tests of each case, by ``@pytest.mark.case("A01", …)`` of the test or its class."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for file in sorted(TESTS.rglob("test_*.py")):
        path = file.relative_to(TESTS).as_posix()
        for name, ids in _marked(ast.parse(file.read_text(encoding="utf-8")).body):
            for case_id in ids:
                found[case_id].append((path, name))
    return dict(found)


def cases_of_runs() -> set[str]:
    """Return the ids of the cases that a test runs as a command in a scene, its own or that of a fixture beside it."""
    found: set[str] = set()
    for file in (TESTS / "acceptance" / "reliability").glob("test_*.py"):
        tree = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        takes = {node: {given.arg for given in node.args.args} for node in tree if isinstance(node, ast.FunctionDef)}
        runs = {"scene", *(node.name for node, names in takes.items() if "scene" in names)}
        found |= {
            id_ for node, names in takes.items() if names & runs for each in node.decorator_list for id_ in _ids(each)
        }
    return found


def cases_without_runs() -> dict[str, str]:
    """Return the ids of the cases that cannot be tested by running the command, with the reason."""
    return {case_id: why for group in case_list().values() for case_id, why in group.get("no_run", {}).items()}


def _marked(body: list[ast.stmt]) -> Iterator[tuple[str, set[str]]]:
    for node in body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            ids = {case_id for decorator in node.decorator_list for case_id in _ids(decorator)}
            if ids:
                yield node.name, ids
        if isinstance(node, ast.ClassDef):
            yield from ((f"{node.name}::{name}", ids) for name, ids in _marked(node.body))


def _ids(decorator: ast.expr) -> Iterator[str]:
    """Yield the ids in a mark, or in the marks of parameters."""
    for node in ast.walk(decorator):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"case", "pytest.mark.case"}:
            yield from (str(word.value) for word in node.args if isinstance(word, ast.Constant))


def case_table() -> str:
    """Return the page."""
    tests, without = tests_by_case(), cases_without_runs()
    parts = [_HEAD]
    for group in case_list().values():
        parts.append(f"\n## {group['title']}\n\n| case | failure and result | tests |\n|---|---|---|\n")
        parts += [
            f"| {case_id} | {text}{_why(without.get(case_id))} | {_cell(tests.get(case_id, []))} |\n"
            for case_id, text in group["cases"].items()
        ]
    guards = json.loads((TESTS / "acceptance" / "reliability" / "guards.json").read_text(encoding="utf-8"))
    parts.append(_GUARDS)
    parts += [f"| {guard['guard']} | `{guard['file']}` | {_cell([_test(guard['test'])])} |\n" for guard in guards]
    return "".join(parts)


def _test(name: str) -> tuple[str, str]:
    path, _, function = name.removeprefix("tests/").partition("::")
    return path, function


def _why(reason: str | None) -> str:
    return f" (not tested by a run: {reason})" if reason else ""


def _cell(tests: list[tuple[str, str]]) -> str:
    return "<br>".join(f"[`{name}`](../tests/{path})" for path, name in tests) or "–"


_HEAD = """# Failures and their tests

Unless a case says otherwise, the expected result is: a one-line message with place and hint but no value of the case,
the documented exit code, other cases unaffected, nothing published for this case, existing output unchanged, no files
or processes left behind, no connection opened, and no personal value in output, errors, reports, file names or process
arguments. `tests/support/expectation.py` checks all of this: it runs the real command under strace in separate folders,
with a marker in every string of the case, and searches for the markers afterwards. Every case is tested in this way
unless it gives a reason; many also have a unit test.

`make soak` runs the tests that take too long for every change: thousands of cases, random batches and power cuts.
"""

_GUARDS = """
## Guards

`make soak` breaks each guard in a copy of the source and expects its test to fail (`tests/soak/test_guards.py`).

| guard | file | test that must fail |
|---|---|---|
"""


def unknown_ids(tests: Mapping[str, object]) -> set[str]:
    """Return the ids in marks that are not in the list."""
    return set(tests) - {case_id for group in case_list().values() for case_id in group["cases"]}
