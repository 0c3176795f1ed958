"""Bringing the new values of a table into a case that was changed since the last import."""

from __future__ import annotations

from typing import Any

from pipeline.formats.json.edit import is_same
from pipeline.formats.json.positions import escape


class _Absent:
    """Stands for a field that a case does not have."""


_ABSENT = _Absent()


def merge_case(imported: Any, case: Any, table: Any) -> tuple[Any, list[str]]:
    """Return the case with the changes of the table since the last import, and the pointers of conflicts.

    ``imported`` is what the last import wrote, or None. What was added or changed in the case only stays, such as
    papers and signed scans. Where both changed a field, differently, the value is the table's.
    """
    conflicts: list[str] = []
    return _Merge(conflicts).merge(_ABSENT if imported is None else imported, case, table, ""), conflicts


def find_other_people(imported: Any, case: Any, table: Any) -> list[str]:
    """Return the pointers of people who are others in the table now, where the case has more than was imported.

    A table in which rows were numbered again must not give a patient the papers of another.
    """
    if not isinstance(imported, dict) or _equal(imported, case):
        return []
    pairs = [("/patient", imported.get("patient"), table.get("patient"))]
    companions = zip(imported.get("companions", []), table.get("companions", []), strict=False)
    pairs += [(f"/companions/{index}", former, now) for index, (former, now) in enumerate(companions)]
    return [pointer for pointer, former, now in pairs if _is_another(former, now)]


#: Two of these differ only between two people; one is corrected now and then.
_IDENTITY = ("name", "birth_date", "resident_id", "passport")
_LEAST_DIFFERENCES = 2


def _is_another(former: Any, now: Any) -> bool:
    if not isinstance(former, dict) or not isinstance(now, dict):
        return False
    pairs = [(_identity(former, key), _identity(now, key)) for key in _IDENTITY]
    differences = [True for one, other in pairs if one is not None and other is not None and one != other]
    return len(differences) >= _LEAST_DIFFERENCES


def _identity(person: dict[str, Any], key: str) -> Any:
    value = person.get(key)
    return value.get("number" if key == "passport" else "chinese") if isinstance(value, dict) else value


class _Merge:
    def __init__(self, conflicts: list[str]) -> None:
        self.conflicts = conflicts

    def merge(self, former: Any, mine: Any, table: Any, pointer: str) -> Any:
        if _equal(mine, table) or _equal(table, former):
            return mine
        if _equal(mine, former):
            return table
        if isinstance(mine, dict) and isinstance(table, dict):
            return self._objects(former if isinstance(former, dict) else {}, mine, table, pointer)
        if isinstance(mine, list) and isinstance(table, list) and isinstance(former, list) and len(mine) >= len(former):
            return self._lists(former, mine, table, pointer)
        if isinstance(table, _Absent) and isinstance(former, _Absent):
            return mine
        self.conflicts.append(pointer)
        return mine if isinstance(table, _Absent) else table

    def _objects(self, former: dict[str, Any], mine: dict[str, Any], table: dict[str, Any], pointer: str) -> Any:
        merged = {}
        for key in (*mine, *(key for key in table if key not in mine)):
            old, own, new = (each.get(key, _ABSENT) for each in (former, mine, table))
            merged[key] = self.merge(old, own, new, f"{pointer}/{escape(key)}")
        return {key: value for key, value in merged.items() if not isinstance(value, _Absent)}

    def _lists(self, former: list[Any], mine: list[Any], table: list[Any], pointer: str) -> list[Any]:
        """Merge entry by entry. Those of the case after the imported ones were added by people, and stay."""
        imported, added = mine[: len(former)], mine[len(former) :]
        merged = []
        for index in range(max(len(former), len(table))):
            old, own, new = (each[index] if index < len(each) else _ABSENT for each in (former, imported, table))
            merged.append(self.merge(old, own, new, f"{pointer}/{index}"))
        return [*(each for each in merged if not isinstance(each, _Absent)), *added]


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, _Absent) or isinstance(other, _Absent):
        return one is other
    return is_same(one, other)
