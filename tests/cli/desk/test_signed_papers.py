"""What the form says of signed originals before a change is saved."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.cli.desk.desk_folder import DeskFolder
from tests.support.asgi import Client

SIGNED = ("letter-of-guarantee", "invitation-letter")
TITLES = {"Letter of guarantee", "Letter of invitation"}


@pytest.fixture
def signed(folder: DeskFolder, packet: Path) -> Path:
    """The example with two signed originals of what was printed."""
    manifest = json.loads((packet / "manifest.json").read_text(encoding="utf-8"))
    printed = {row["document"]: row["text_sha256"] for row in manifest["documents"]}
    path = folder.path / "wang-xiaoming" / "case.json"
    case = json.loads(path.read_text(encoding="utf-8"))
    case["attachments"] += [
        {"role": "signed", "document": each, "path": "papers/bank-certificate.pdf", "printed_hash": printed[each]}
        for each in SIGNED
    ]
    path.write_text(json.dumps(case, ensure_ascii=False), encoding="utf-8")
    return path


def test_what_a_change_does_to_signed_originals_is_said_before_it_is_saved(
    client: Client, case: str, signed: Path
) -> None:
    first = len(json.loads(signed.read_text(encoding="utf-8"))["attachments"]) - len(SIGNED)
    page = client.get(f"{case}?lang=en").text
    assert all(title in page.partition('id="signed"')[2].partition("</p>")[0] for title in TITLES)
    before = signed.read_bytes()
    for change, found in [
        ({}, {}),
        ({"/patient/email": "another@mail.example"}, {}),
        ({"/guarantor/representative/name/ja": "田中 一郎"}, {"desk-signed": [first]}),
        ({"/patient/name/chinese": "王小明"}, {"desk-signed": [first, first + 1]}),
        ({"/patient/sex": ""}, {"desk-signed-unknown": [first]}),
        ({"/patient/sex": "none"}, {"desk-signed-unknown": [first]}),
    ]:
        answer = client.send("POST", f"{case}/check", change).json
        named: dict[str, list[int]] = {}
        for each in answer:
            if each["code"].startswith("desk-signed"):
                named.setdefault(each["code"], []).append(int(each["pointer"].rpartition("/")[2]))
        assert named == found, change
    assert signed.read_bytes() == before


def test_nothing_is_said_where_nothing_is_signed(client: Client, case: str) -> None:
    assert 'id="signed"' not in client.get(case).text
    found = client.send("POST", f"{case}/check", {"/patient/name/chinese": "王小明"}).json
    assert not [each for each in found if each["code"].startswith("desk-signed")]
