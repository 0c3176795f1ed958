"""A table and people both change a case: what each did is kept, and only the same field is a conflict."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.case.importing.merge import find_other_people, merge_case

#: former import, case, table -> merged, conflicts
MERGES: list[tuple[Any, Any, Any, Any, list[str]]] = [
    ({"a": 1}, {"a": 1}, {"a": 2}, {"a": 2}, []),
    ({"a": 1}, {"a": 3}, {"a": 1}, {"a": 3}, []),
    ({"a": 1}, {"a": 3}, {"a": 2}, {"a": 2}, ["/a"]),
    ({"a": 1}, {"a": 2}, {"a": 2}, {"a": 2}, []),
    ({"a": 1}, {"a": 1, "b": 1}, {"a": 2}, {"a": 2, "b": 1}, []),
    ({"a": 1}, {"a": 1}, {"a": 1, "b": 1}, {"a": 1, "b": 1}, []),
    ({"a": 1, "b": 1}, {"a": 1, "b": 1}, {"a": 1}, {"a": 1}, []),
    ({"a": 1, "b": 1}, {"a": 1, "b": 2}, {"a": 1}, {"a": 1, "b": 2}, ["/b"]),
    ({"a": 1, "b": 1}, {"a": 1}, {"a": 1, "b": 2}, {"a": 1, "b": 2}, ["/b"]),
    ({"a": {"b/c": 1}}, {"a": {"b/c": 2}}, {"a": {"b/c": 3}}, {"a": {"b/c": 3}}, ["/a/b~1c"]),
    ({"a": 1}, {"a": True}, {"a": 1}, {"a": True}, []),
    ({"a": [1]}, {"a": [1, 9]}, {"a": [2]}, {"a": [2, 9]}, []),
    ({"a": [1]}, {"a": [1, 9]}, {"a": [1, 2]}, {"a": [1, 2, 9]}, []),
    ({"a": [1, 2]}, {"a": [1, 2, 9]}, {"a": [1]}, {"a": [1, 9]}, []),
    ({"a": [1, 2]}, {"a": [1, 3, 9]}, {"a": [1]}, {"a": [1, 3, 9]}, ["/a/1"]),
    ({"a": [1, 2]}, {"a": [1]}, {"a": [1, 3]}, {"a": [1, 3]}, ["/a"]),
    ({"a": [{"x": 1}]}, {"a": [{"x": 1, "y": 5}]}, {"a": [{"x": 2}]}, {"a": [{"x": 2, "y": 5}]}, []),
    (None, {"a": 1, "b": 1}, {"a": 1}, {"a": 1, "b": 1}, []),
    (None, {"a": 1}, {"a": 2}, {"a": 2}, ["/a"]),
    (None, {"a": [1]}, {"a": [2]}, {"a": [2]}, ["/a"]),
]


@pytest.mark.parametrize(("former", "case", "table", "merged", "conflicts"), MERGES)
def test_merging(former: Any, case: Any, table: Any, merged: Any, conflicts: list[str]) -> None:
    assert merge_case(former, case, table) == (merged, conflicts)
    assert list(merge_case(former, case, table)[0])[: len(case)] == [key for key in case if key in merged]


def person(name: str, birth_date: str, number: str) -> dict[str, Any]:
    return {"name": {"chinese": name}, "birth_date": birth_date, "passport": {"number": number}}


ONE, OTHER = person("刘雨桐", "1990-05-03", "EP1"), person("赵建华", "1978-12-21", "EP2")
PAPERS = {"attachments": [{"role": "passport"}]}


@pytest.mark.parametrize(
    ("former", "table", "added", "others"),
    [
        ({"patient": ONE}, {"patient": OTHER}, PAPERS, ["/patient"]),
        ({"patient": ONE}, {"patient": OTHER}, {}, []),
        ({"patient": ONE}, {"patient": ONE | {"birth_date": "1990-05-04"}}, PAPERS, []),
        ({"patient": ONE}, {"patient": person("刘雨彤", "1990-05-03", "EP9")}, PAPERS, ["/patient"]),
        ({"patient": ONE}, {"patient": {}}, PAPERS, []),
        (
            {"patient": ONE, "companions": [ONE, OTHER]},
            {"patient": ONE, "companions": [OTHER]},
            PAPERS,
            ["/companions/0"],
        ),
        ({"patient": ONE, "companions": [ONE]}, {"patient": ONE, "companions": [ONE, OTHER]}, PAPERS, []),
        (None, {"patient": OTHER}, PAPERS, []),
    ],
)
def test_papers_never_come_to_another_person(former: Any, table: Any, added: Any, others: list[str]) -> None:
    assert find_other_people(former, {**(former or {}), **added}, table) == others
