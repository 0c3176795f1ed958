"""The documents for a Certificate of Eligibility: for long stays alone, and with the certainty of each fact."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, get_args

import pytest

from pipeline.attachments.forms.field_mapping import Certainty
from pipeline.case.load import load_case
from pipeline.case.source import Source
from pipeline.documents.drawing import draw_documents
from pipeline.formats.pdf.reading import squeeze, text_of
from pipeline.options import DocumentOptions
from pipeline.packet.packet_parts import Packet
from pipeline.packet.plan import plan_packet
from pipeline.packet.planned_case import PlannedCase
from pipeline.packet.set_files import load_template_set
from pipeline.resources import read_data
from tests.support.cases import AS_OF, EXAMPLES, change

TABLE = read_data("long-stay")
BOTH = ("eligibility-checklist", "stay-explanation")


def other(example: str, *steps: str | int) -> Any:
    """A part of another example."""
    part = json.loads((EXAMPLES / example / "case.json").read_text(encoding="utf-8"))
    for step in steps:
        part = part[step]
    return part


def drawn(edits: Mapping[str, Any]) -> dict[str, str]:
    """The text of both documents for the long stay of the examples, after edits."""
    folder = EXAMPLES / "gao-zhiyuan"
    data = json.loads((folder / "case.json").read_text(encoding="utf-8"))
    change(data, dict(edits))
    loaded = load_case(Source("case.json", folder, json.dumps(data, ensure_ascii=False).encode()))
    templates = load_template_set("medical-stay")
    made = [part for part in plan_packet(loaded.case, templates).apart if part.document in BOTH]
    planned = PlannedCase(loaded, templates, Packet((), tuple(made)), "to_be_signed", ("ja", "en", "zh"))
    documents = draw_documents(planned, {}, DocumentOptions(AS_OF))
    return {part.document: squeeze(text_of(documents[part.id].pdf)) for part in made}


@pytest.fixture(scope="module")
def alone() -> dict[str, str]:
    return drawn({})


@pytest.fixture(scope="module")
def accompanied() -> dict[str, str]:
    companion = other("chen-lihua", "companions", 0)
    lodging = other("chen-lihua", "treatment", "visits", 0, "lodging")
    return drawn({"/companions": [companion], "/treatment/visits/0/lodging": lodging})


def test_they_are_made_for_a_long_stay_alone() -> None:
    templates = load_template_set("medical-stay")
    for example in ("wang-xiaoming", "gao-zhiyuan"):
        packet = plan_packet(load_case(EXAMPLES / example / "case.json").case, templates)
        made = {part.document for part in packet.apart} & set(BOTH)
        assert made == (set(BOTH) if example == "gao-zhiyuan" else set())
        assert not {part.document for bundle in packet.bundles for part in bundle.documents} & set(BOTH)


def test_every_fact_has_source_date_and_certainty() -> None:
    facts = [*TABLE["statements"], *TABLE["patient"], *TABLE["companion"]]
    assert {fact["certainty"] for fact in facts} <= set(get_args(Certainty))
    assert all(fact["source"] and fact["as_of"] <= TABLE["as_of"] for fact in facts)
    assert all(set(fact["text"]) == {"ja", "en", "zh"} for fact in facts)


def test_the_checklist_says_the_table(alone: dict[str, str], accompanied: dict[str, str]) -> None:
    for fact in [*TABLE["statements"], *TABLE["patient"]]:
        assert [text for text in fact["text"].values() if squeeze(text) not in alone[BOTH[0]]] == []
    assert all(squeeze(fact["source"]) in alone[BOTH[0]] for fact in TABLE["statements"])
    assert all(squeeze(f"確度 {word}") in alone[BOTH[0]] for word in ("高", "中", "低"))
    for fact in TABLE["companion"]:
        assert squeeze(fact["text"]["ja"]) in accompanied[BOTH[0]]
        assert squeeze(fact["text"]["ja"]) not in alone[BOTH[0]]


@pytest.mark.slow
def test_the_explanation_says_what_the_sources_name(alone: dict[str, str], accompanied: dict[str, str]) -> None:
    """Where the patient stays besides the hospital; and of who accompanies: days, place, contact and relationship."""
    assert squeeze("入院中のほかに滞在先の予定はありません") in alone[BOTH[1]]
    for words in ("ホテルみほん東京", "ZHAO JIANGUO", "夫", "2027年2月1日～2027年5月20日"):
        assert squeeze(words) in accompanied[BOTH[1]]
    assert squeeze("入院中のほかに滞在先の予定はありません") not in accompanied[BOTH[1]]
    assert "ZHAO" not in alone[BOTH[1]]
