"""Cases by the thousand: invented, each with numbers whose check digits are right, the same on every run.

Some are wrong, each in another way; ``WRONG`` says how, and with which exit code and finding a build must answer.
"""

from __future__ import annotations

import copy
import datetime as dt
import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf
from stdnum.cn import ric

from pipeline.visa.mrz import check_digit
from tests.support.built import saved
from tests.support.cases import EXAMPLES, REMOVE, change

_BASE = EXAMPLES / "xu-wenjing"
_SURNAMES = (
    "赵 ZHAO",
    "钱 QIAN",
    "孙 SUN",
    "李 LI",
    "周 ZHOU",
    "吴 WU",
    "郑 ZHENG",
    "冯 FENG",
    "陈 CHEN",
    "卫 WEI",
    "蒋 JIANG",
)
_GIVEN = ("文博 WENBO", "思雨 SIYU", "子涵 ZIHAN", "若云 RUOYUN", "明远 MINGYUAN", "佳宁 JIANING", "天一 TIANYI")
_DISTRICTS = ("110101", "110105", "110106", "110108")

Edits = dict[str, Any]


@dataclass(frozen=True)
class Way:
    """A way to be wrong: edits of the case, or its text made from the right one; and the answer."""

    exit_code: int
    finding: str
    edits: Edits | None = None
    spoil: Callable[[bytes], bytes] | None = None


def _paper(name: str) -> Edits:
    return {"/attachments/4/path": f"papers/{name}"}


def _other_digit(found: re.Match[bytes]) -> bytes:
    """What was found with another last digit."""
    return found[1] + (b"1" if found[2] != b"1" else b"2")


WRONG: tuple[Way, ...] = (
    Way(3, "json-syntax", spoil=lambda text: text[: len(text) // 2]),
    Way(3, "file-empty", spoil=lambda _text: b""),
    Way(3, "file-encoding", spoil=lambda text: text.decode().encode("gb18030")),
    Way(3, "json-number", spoil=lambda text: text.replace(b'"infusion_ml": 0', b'"infusion_ml": NaN')),
    Way(3, "json-repeated-key", spoil=lambda text: text.replace(b'"companions"', b'"visa": {}, "companions"')),
    Way(
        3, "json-depth", spoil=lambda text: text.replace(b'"companions": []', b'"companions": ' + b"[" * 40 + b"]" * 40)
    ),
    Way(3, "schema-required", {"/visa/letter_date": REMOVE}),
    Way(3, "schema-unknown-field", {"/patient/pasport": "x"}),
    Way(3, "schema-type", {"/companions": "none"}),
    Way(3, "schema-format", {"/patient/birth_date": "1990-02-30"}),
    Way(3, "schema-enum", {"/patient/sex": "m"}),
    Way(3, "schema-pattern", {"/patient/passport/number": "E-1"}),
    Way(3, "schema-maxLength", {"/patient/address/text": "北" * 2_000}),
    Way(3, "schema-minItems", {"/treatment/visits": []}),
    Way(3, "text-character", {"/patient/name/chinese": "王\u200b一"}),
    Way(3, "directory-unknown", {"/hospital": "unknown"}),
    Way(3, "ID-04", spoil=lambda text: re.sub(rb'("resident_id": "[0-9]{17})(.)', _other_digit, text)),
    Way(3, "ID-02", spoil=lambda text: re.sub(rb"(CHN[0-9]{7}F[0-9]{7}<{14}<)([0-9])", _other_digit, text)),
    Way(3, "ID-03", {"/patient/passport/number": "EY0000001"}),
    Way(3, "SCH-04", {"/treatment/visits/0/exit_date": "2027-01-12"}),
    Way(3, "LET-03", {"/visa/letter_date": "2027-01-01"}),
    Way(3, "DOC-01", {"/attachments/1": {"role": "other", "path": "papers/hukou.pdf"}}),
    Way(5, "attachment-missing", _paper("none.pdf")),
    Way(5, "attachment-empty", _paper("empty.pdf")),
    Way(5, "attachment-damaged", _paper("cut.pdf")),
    Way(5, "attachment-encrypted", _paper("locked.pdf")),
    Way(5, "attachment-kind", _paper("picture.pdf")),
    Way(5, "attachment-outside", {"/attachments/4/path": "../bank-certificate.pdf"}),
    Way(5, "attachment-pages", _paper("long.pdf")),
    Way(3, "glyph-missing", {"/patient/name/chinese": "王\U0002b8f2"}),
)


def write_cases(folder: Path, count: int, wrong: int, *, one_person: bool = False) -> dict[str, Way | None]:
    """Write so many cases into ``folder``, so many of them wrong; returns each case's name with its fault, in order.

    The cases share their papers, so that a thousand take little room. If all are of one person, the tests read each
    paper once: what is looked for in it is the same.
    """
    _write_papers(folder / "papers")
    base = json.loads((_BASE / "case.json").read_text(encoding="utf-8"))
    del base["$schema"]
    base["treatment"]["infusion_ml"] = 0
    for attachment in base["attachments"]:
        if attachment["role"] == "funds_proof":  # a scan, because the text of the example's paper names its patient
            attachment["path"] = "papers/hukou.pdf"
    every = count // wrong
    found: dict[str, Way | None] = {}
    for number in range(count):
        turn, rest = divmod(number, every)
        way = WRONG[turn * len(WRONG) // wrong] if rest == every - 1 and turn < wrong else None
        case = copy.deepcopy(base)
        change(case, _person(0 if one_person else number) | {"/case_id": f"case-{number:05}"})
        change(case, (way.edits if way else None) or {})
        text = json.dumps(case, ensure_ascii=False).encode()
        path = folder / f"case-{number:05}.json"
        path.write_bytes(way.spoil(text) if way and way.spoil else text)
        found[path.name] = way
    return found


def _person(number: int) -> Edits:
    """An invented person by number, with the zone of a passport that agrees."""
    chinese, surname = _SURNAMES[number % len(_SURNAMES)].split()
    second, given = _GIVEN[number // len(_SURNAMES) % len(_GIVEN)].split()
    born = dt.date(1970, 1, 1) + dt.timedelta(days=number * 11 % 11_000)
    beginning = f"{_DISTRICTS[number % len(_DISTRICTS)]}{born:%Y%m%d}{number % 500 * 2:03}"
    passport = f"EZ{number:07}"
    return {
        "/patient/name": {"chinese": chinese + second, "surname": surname, "given_names": given},
        "/patient/birth_date": born.isoformat(),
        "/patient/resident_id": beginning + ric.calc_check_digit(f"{beginning}0"),
        "/patient/phone": f"+86 10 0000 {number % 10_000:04}",
        "/patient/passport/number": passport,
        "/patient/passport/mrz": _zone(surname, given, passport, born),
    }


def _zone(surname: str, given: str, number: str, born: dt.date) -> list[str]:
    birth, expiry, optional = f"{born:%y%m%d}", "330710", "<" * 14
    numbered, birth, expiry = (part + check_digit(part) for part in (number, birth, expiry))
    whole = check_digit(f"{numbered}{birth}{expiry}{optional}<")
    return [f"P<CHN{surname}<<{given}".ljust(44, "<"), f"{numbered}CHN{birth}F{expiry}{optional}<{whole}"]


def _write_papers(folder: Path) -> None:
    """The papers of an example, and some that cannot be used."""
    shutil.copytree(_BASE / "papers", folder)
    good = (folder / "bank-certificate.pdf").read_bytes()
    with pikepdf.open(folder / "bank-certificate.pdf") as pdf:
        locked = saved(pdf, encryption=pikepdf.Encryption(owner="a", user="b"))
        for _ in range(300):
            pdf.pages.append(pdf.pages[0])
        long = saved(pdf)
    bad = {
        "empty.pdf": b"",
        "cut.pdf": good[: len(good) // 2],
        "locked.pdf": locked,
        "picture.pdf": (folder / "photo.jpg").read_bytes(),
        "long.pdf": long,
    }
    for name, content in bad.items():
        (folder / name).write_bytes(content)
