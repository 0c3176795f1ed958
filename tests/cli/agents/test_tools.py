"""What the tools of an agent answer, how much that is, and what they refuse."""

from __future__ import annotations

import base64
import io
import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from PIL import Image

from tests.support.agent import Agent, Reply
from tests.support.attachments import page_text, pdf_of
from tests.support.built import make_set
from tests.support.canaries import planted, write_paper
from tests.support.cases import EXAMPLES
from tests.support.run import Command

pytestmark = pytest.mark.slow  # the SDK takes two seconds to load

WANG = "wang-xiaoming"
TOOLS = {
    *("list_cases", "describe_fields", "new_case", "set_fields", "add_paper", "read_paper", "check_case", "status"),
    *("timeline", "match_hospitals", "build_packet", "verify_packet", "explain_rule", "check_templates"),
}
#: The machine-readable zone of a passport, as text: reading a scan takes seconds.
ZONE = ("P<CHNWANG<<XIAOMING<<<<<<<<<<<<<<<<<<<<<<<<<", "EJ01234560CHN9203147M3205183<<<<<<<<<<<<<<04")
#: What no tool takes: nothing of it is a matter of an agent.
NEVER = ("password", "sign", "approve", "file_application", "url", "host", "scheduler", "address", "trust")


def tools_of(agent: Agent) -> Any:
    return agent.run(lambda client: client.list_tools())


def changed(pointer: str, value: Any, heard_from: str = "agency") -> dict[str, Any]:
    return {"pointer": pointer, "value": value, "heard_from": heard_from}


def test_the_list_of_tools_is_short_and_shows_pages_only_on_request(folder: Path) -> None:
    plain, shown = tools_of(Agent(folder)), tools_of(Agent(folder, show_pages=True))
    assert {tool.name for tool in plain.tools} == TOOLS
    assert {tool.name for tool in shown.tools} == TOOLS | {"page"}
    assert len(shown.model_dump_json(by_alias=True, exclude_none=True).encode()) <= 12_000
    for tool in shown.tools:
        names = {tool.name, *tool.input_schema["properties"]}
        assert not [name for name in names if any(word in name for word in NEVER)]
        assert tool.description
        assert tool.annotations.open_world_hint is False
    writing = {tool.name for tool in shown.tools if not tool.annotations.read_only_hint}
    assert writing == {"new_case", "set_fields", "add_paper", "build_packet"}


def test_each_answer_is_small_and_of_its_schema(agent: Agent, folder: Path, packet_of: Any) -> None:
    shutil.copytree(packet_of(WANG), folder / "out" / WANG)
    (folder / "passport.pdf").write_bytes(pdf_of(b"".join(map(page_text, ZONE, (12, 12), ((72, 700), (72, 680))))))
    etag = agent.call("new_case", case_id="case-1", hospital="aoba", guarantor="mihon", visits=2).content["etag"]
    schemas = {tool.name: tool.output_schema for tool in tools_of(agent).tools}
    calls: list[tuple[str, dict[str, Any]]] = [
        ("list_cases", {}),
        *(("describe_fields", {"section": name}) for name in ("patient", "companions", "treatment", "costs")),
        ("describe_fields", {"section": "/patient/application", "lang": "zh"}),
        ("describe_fields", {"section": "visa/mission"}),
        ("set_fields", {"case": "case-1", "etag": etag, "changes": [changed("/patient/sex", "女")]}),
        ("check_case", {"case": "case-1", "lang": "ja"}),
        ("check_case", {"case": "case-1", "draft": True}),
        ("check_case", {"case": WANG, "section": "patient", "as_of": "2027-01-01"}),
        ("add_paper", {"case": "case-1", "path": "passport.pdf", "role": "passport"}),
        ("read_paper", {"case": "case-1", "paper": 0}),
        *((name, {"case": WANG}) for name in ("check_case", "status", "timeline", "match_hospitals", "verify_packet")),
        ("status", {"case": "case-1", "lang": "zh"}),
        ("explain_rule", {"rule": "id-02", "lang": "ja"}),
        ("new_case", {"case_id": "case-2"}),
    ]
    for name, arguments in calls:
        answer = agent.call(name, **arguments)
        assert not answer.is_error, (name, answer.text)
        assert (name == "read_paper") == ("EJ0123456" in answer.text)
        jsonschema.validate(answer.content, schemas[name])
        assert answer.content.keys() == schemas[name]["properties"].keys()
        assert len(answer.text.encode()) < 9_000, (name, arguments)
    assert "add-twice" in agent.call("add_paper", case="case-1", path="passport.pdf").text
    assert {name for name, _ in calls} == TOOLS - {"build_packet", "check_templates"}  # those start processes


def test_a_case_grows_by_what_people_say_and_papers_show(agent: Agent, folder: Path) -> None:
    etag = agent.call("new_case", case_id="case-1", hospital="aoba").content["etag"]
    early = agent.call("match_hospitals", case="case-1")
    assert early.is_error
    assert "set their kinds and the route first" in early.text
    assert agent.call("describe_fields", section="guarantor").content["fields"][0]["choices"] == [
        "kaku-travel",
        "mihon",
    ]
    said = [changed("/condition/kind", "knee_osteoarthritis"), changed("/treatment/kind", "cultured_autologous_msc")]
    said += [changed("/treatment/route", "joint"), changed("/patient/birth_date", "1987年6月23日")]
    saved = agent.call("set_fields", case="case-1", etag=etag, changes=said)
    assert not saved.is_error
    data = json.loads((folder / "case-1/case.json").read_bytes())
    assert data["patient"]["birth_date"] == "1987-06-23"
    fitting = [
        each["id"] for each in agent.call("match_hospitals", case="case-1").content["hospitals"] if each["plans"]
    ]
    assert "aoba" in fitting
    assert agent.call("set_fields", case="case-1", etag=etag, changes=said).is_error  # of the version before
    wrong = agent.call("set_fields", case="case-1", etag=saved.content["etag"], changes=[changed("/patient/sex", "x")])
    assert wrong.is_error
    assert "/patient/sex" in wrong.text
    removed = [changed("/patient/birth_date", None)]
    about = agent.call("set_fields", case="case-1", etag=saved.content["etag"], changes=removed).content["about"]
    assert about["counts"] == {"question": 1}
    found = agent.call("check_case", case="case-1").content["about"]
    assert found["left_out"] == sum(found["counts"].values()) - len(found["findings"]) > 0
    assert found["findings"][0]["severity"] == "question"
    part = agent.call("check_case", case="case-1", section="/patient/passport").content["about"]["findings"]
    assert {each["pointer"].startswith("/patient/passport") for each in part} == {True}


def test_only_the_applicant_answers_the_six_questions(agent: Agent, folder: Path) -> None:
    before = (folder / WANG / "case.json").read_bytes()
    data = json.loads(before)
    ways: list[tuple[str, Any]] = [
        ("/patient/application/questions/convicted", True),
        ("/patient/application/questions/convicted/", "true"),
        ("patient/application/questions", {"convicted": True}),
        ("/patient/application/details", "Nothing."),
        ("/patient/application", {**data["patient"].get("application", {}), "questions": {"deported": True}}),
        ("/patient", {**data["patient"], "application": {"questions": {"convicted": True}}}),
        ("/companions", [{"application": {"questions": {"convicted": False}}}]),
        ("/companions/07/application/questions/convicted", False),
    ]
    speakers = ["agency", "hospital", "guarantor", "paper"] * 2
    for (pointer, value), speaker in zip(ways, speakers, strict=True):
        answer = agent.call("set_fields", case=WANG, etag=agent.etag(WANG), changes=[changed(pointer, value, speaker)])
        assert answer.is_error, pointer
        assert "applicant" in answer.text
    assert (folder / WANG / "case.json").read_bytes() == before
    told = [changed("/patient/application/questions/convicted", value=True, heard_from="applicant")]
    assert not agent.call("set_fields", case=WANG, etag=agent.etag(WANG), changes=told).is_error
    removed = [changed("/patient/application/questions/convicted", None, "agency")]
    assert agent.call("set_fields", case=WANG, etag=agent.etag(WANG), changes=removed).is_error


def hostile_calls(etag: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Calls of which each one is an error that changes nothing."""
    deep: Any = []
    for _ in range(150):
        deep = [deep]
    values: list[Any] = ["a\0b", "\ud800", "x" * 1_100_000, "\u202eabc", 10**400, {"a": 1}, deep]
    for value in values:
        yield "set_fields", {"case": WANG, "etag": etag, "changes": [changed("/patient/phone", value)]}
    pointers = ["", "/", "//", "/patient//name", "/nope", "/patient/\0", "/patient/" + "x" * 9_000, "../x", "/$schema"]
    pointers += ["/case_id", "/attachments", "/attachments/0/path", "/attachments/0", "/edited_documents/0/path"]
    for pointer in pointers:
        yield "set_fields", {"case": WANG, "etag": etag, "changes": [changed(pointer, "SECRET")]}
    yield "set_fields", {"case": WANG, "etag": etag, "changes": [changed("/case_id", "case-9")]}
    good = [changed("/visa/filing_date", "2026-12-08")]
    for wrong in ("", "\0", etag[:10], etag.upper(), "x" * 9_000):
        yield "set_fields", {"case": WANG, "etag": wrong, "changes": good}
    yield "set_fields", {"case": WANG, "etag": etag, "changes": []}
    yield "set_fields", {"case": WANG, "etag": etag, "changes": good * 61}
    yield "set_fields", {"case": WANG, "etag": etag, "changes": "SECRET"}
    yield "set_fields", {"case": WANG, "etag": etag, "changes": [{**good[0], "SECRET": 1}]}
    yield "set_fields", {"case": WANG, "etag": etag, "changes": [{**good[0], "heard_from": "SECRET"}]}
    yield "set_fields", {"case": WANG, "etag": etag, "changes": good, "SECRET": 1}
    names = [f"../{WANG}", "/etc", f"{WANG}/", f"{WANG}/../{WANG}", f"./{WANG}", "\0", "x" * 9_000, "", ".", ".."]
    for name in [*names, "linked", WANG.upper(), f"{WANG}\n"]:
        yield "check_case", {"case": name}
        yield "build_packet", {"case": name}
        yield "new_case", {"case_id": name}
    for name in ("out", "drafts", "directory", WANG, "linked"):
        yield "new_case", {"case_id": name}
    yield "new_case", {"case_id": "case-9", "visits": 99}
    yield "new_case", {"case_id": "case-9", "hospital": "../directory/hospitals/aoba"}
    paths = ["/etc/passwd", "../outside.pdf", f"{WANG}/../../outside.pdf", "a\0b", "~", "~/x", "C:\\x", "", ".", WANG]
    paths += ["file:///etc/passwd", "x" * 5_000, f"{WANG}/case.json", "link.pdf", "linked/outside.pdf", "pipe"]
    for path in [*paths, "other/new.jpg", "out/new.jpg", "drafts/new.jpg", "directory/new.jpg"]:
        yield "add_paper", {"case": WANG, "path": path, "role": "other"}
    yield "add_paper", {"case": WANG, "path": "new.jpg", "role": "signed"}
    yield "add_paper", {"case": WANG, "path": "new.jpg", "role": "SECRET"}
    yield "add_paper", {"case": WANG, "path": "new.jpg", "role": "other", "person": "companion-9"}
    for number in (-1, 99):
        yield "read_paper", {"case": WANG, "paper": number}
    yield "page", {"case": WANG, "page": 1, "kind": "final", "file": "../../outside.pdf"}
    yield "page", {"case": WANG, "page": 99, "kind": "final"}
    yield "page", {"case": WANG, "page": 1, "kind": "final", "dpi": 300}
    yield "check_case", {"case": WANG, "as_of": "2026-13-01"}
    yield "check_templates", {"template_set": "../outside"}
    yield "explain_rule", {"rule": "\0"}
    yield "nothing", {}


def test_hostile_calls_change_nothing_and_quote_nothing(folder: Path, packet_of: Any, caplog: Any) -> None:
    shutil.copytree(packet_of(WANG), folder / "out" / WANG)
    shutil.copytree(folder / WANG, folder / "other")
    (folder / "drafts").mkdir()
    for place in ("new.jpg", "other/new.jpg", "out/new.jpg", "drafts/new.jpg", "directory/new.jpg"):
        Image.new("RGB", (450, 450), "grey").save(folder / place)
    (folder / "link.pdf").symlink_to(folder.parent / "outside.pdf")
    shutil.copytree(folder / WANG, folder.parent / "away")
    (folder / "linked").symlink_to(folder.parent / "away")
    os.mkfifo(folder / "pipe")
    (folder / "\udcff").mkdir()
    (folder / "\udcff" / "case.json").write_text("{}", encoding="utf-8")
    agent = Agent(folder, show_pages=True)
    before = {path: path.stat().st_mtime_ns for path in folder.parent.rglob("*")}
    for name, arguments in hostile_calls(agent.etag(WANG)):
        answer = agent.call(name, **arguments)
        assert answer.is_error, (name, arguments)
        assert "SECRET" not in answer.text
        assert "bug in" not in answer.text, (name, arguments, answer.text)
        assert len(answer.text) < 2_000
    assert {path: path.stat().st_mtime_ns for path in folder.parent.rglob("*")} == before
    assert "no such role" in agent.call("add_paper", case=WANG, path="new.jpg", role="signed").text
    assert "a case id has" in agent.call("new_case", case_id="../case-9").text
    assert not caplog.records
    assert [row["case"] for row in agent.call("list_cases").content["cases"]] == ["other", WANG]


def test_a_link_in_a_case_or_among_results_is_refused(agent: Agent, folder: Path, packet_of: Any) -> None:
    away = folder.parent / "away"
    shutil.copytree(packet_of(WANG), away / WANG)
    for link, calls in {
        folder / "out": [("verify_packet", {"case": WANG}), ("build_packet", {"case": WANG, "kind": "final"})],
        folder / "drafts": [("build_packet", {"case": WANG}), ("verify_packet", {"case": WANG, "kind": "draft"})],
        folder / WANG / "papers" / "sub": [
            ("check_case", {"case": WANG}),
            ("add_paper", {"case": WANG, "path": "x.pdf"}),
        ],
    }.items():
        agent.reply = ("accept", {"build": True})
        link.symlink_to(away)
        for name, arguments in calls:
            answer = agent.call(name, **arguments)
            assert answer.is_error
            assert "link" in answer.text, (link, name)
        link.unlink()
    (folder / "out").mkdir()
    (folder / "out" / WANG).symlink_to(away / WANG)
    assert "link" in agent.call("verify_packet", case=WANG).text
    case = folder / WANG / "case.json"
    data = json.loads(case.read_bytes())
    data["attachments"][0]["path"] = "../../outside.pdf"
    case.write_text(json.dumps(data), encoding="utf-8")
    assert "leaves the folder" in agent.call("read_paper", case=WANG, paper=0).text
    data["attachments"][0]["path"] = "papers/passport.png"
    case.write_text(json.dumps(data), encoding="utf-8")
    paper = folder / WANG / "papers/passport.png"
    paper.rename(away / "passport.png")
    paper.symlink_to(away / "passport.png")
    assert agent.call("read_paper", case=WANG, paper=0).is_error


def test_a_signed_original_is_for_a_person_to_add(agent: Agent, folder: Path, packet_of: Any) -> None:
    shutil.copytree(packet_of(WANG), folder / "out" / WANG)
    scan = folder / WANG / "papers/signed/invitation-letter/scan.pdf"
    scan.parent.mkdir(parents=True)
    scan.write_bytes(pdf_of(page_text("Signed by hand")))
    before = (folder / WANG / "case.json").read_bytes()
    answer = agent.call("add_paper", case=WANG, path=str(scan.relative_to(folder)))
    assert "is added by a person" in answer.text
    assert (folder / WANG / "case.json").read_bytes() == before


def test_no_answer_and_no_error_has_a_value_of_the_case(tmp_path: Path, caplog: Any, capfd: Any) -> None:
    case = planted()
    shutil.copytree(EXAMPLES / "directory", tmp_path / "directory")
    write_paper(tmp_path / "case-a")
    (tmp_path / "case-a" / "case.json").write_text(json.dumps(case.data, ensure_ascii=False), encoding="utf-8")
    agent = Agent(tmp_path)
    found = [agent.call("list_cases"), agent.call("read_paper", case="case-a", paper=7)]
    found += [agent.call(name, case="case-a") for name in ("status", "timeline", "match_hospitals", "verify_packet")]
    found += [
        agent.call("check_case", case="case-a", lang=lang, as_of=day)
        for lang, day in (("en", "2030-01-01"), ("zh", None))
    ]
    etag = agent.etag("case-a")
    for pointer in ("/patient/sex", "/patient", "/treatment/visits/0/entry_date", "/patient/application/questions"):
        found.append(agent.call("set_fields", case="case-a", etag=etag, changes=[changed(pointer, 1)]))
        found.append(agent.call("set_fields", case="case-a", etag="0", changes=[changed(pointer, "x")]))
    found.append(agent.call("set_fields", case="case-a", etag=etag, changes=[changed("/patient/sex", None)]))
    for path in ("case-a/papers/QZNAME-护照.pdf", "QZNAME.pdf"):
        found.append(agent.call("add_paper", case="case-a", path=path))
    broken = json.dumps(case.data, ensure_ascii=False).replace('"visa"', "visa", 1)
    (tmp_path / "case-a" / "case.json").write_text(broken, encoding="utf-8")
    found += [agent.call(name, case="case-a") for name in ("status", "timeline", "match_hospitals", "check_case")]
    found.append(agent.call("list_cases"))
    assert len([answer for answer in found if answer.is_error]) > 8
    for answer in found:
        assert not case.found_in(str(answer)), answer
    assert not caplog.records
    assert not case.found_in("".join(capfd.readouterr()))


@pytest.mark.process
def test_a_final_build_needs_a_person_who_can_be_asked_and_agrees(agent: Agent, folder: Path, tmp_path: Path) -> None:
    agent = Agent(folder, templates=str(make_set(tmp_path / "set", "{{ patient.name.chinese }}")))
    replies: tuple[Reply, ...] = (("decline", None), ("cancel", None), ("accept", {"build": False}))
    for mode, reply in [
        *(("auto", each) for each in (None, *replies)),
        *(("legacy", each) for each in (None, *replies)),
    ]:
        agent.mode, agent.reply = mode, reply
        answer = agent.call("build_packet", case=WANG, kind="final")
        assert answer.is_error
        assert ("cannot ask" if reply is None else "does not want") in answer.text
    assert not (folder / "out").exists()
    agent.reply = ("accept", {"build": True})
    built = agent.call("build_packet", case=WANG, kind="final")
    assert built.content["built"], built.text
    assert built.content["folder"] == f"out/{WANG}"
    assert (folder / "out" / WANG / "bundle.pdf").exists()
    assert not (folder / "drafts").exists()


def test_resources_and_prompts_say_what_is_public(agent: Agent, folder: Path, packet_of: Any) -> None:
    shutil.copytree(packet_of(WANG), folder / "out" / WANG)

    async def read(client: Any) -> list[str]:
        addresses = ("schema/case", "rules", f"case/{WANG}/manifest", "guide")
        found = [(await client.read_resource(f"visa-packet://{each}")).contents[0].text for each in addresses]
        named = [("intake", {"lang": "zh"}), ("review", {"case": WANG}), ("refile", {"case": WANG})]
        return found + [(await client.get_prompt(*each)).messages[0].content.text for each in named]

    schema, rules, manifest, guide, intake, *others = agent.run(read)
    assert json.loads(schema)["title"]
    assert "ID-02" in {row[0] for row in json.loads(rules)}
    assert json.loads(manifest)["case_id"] == WANG
    assert "visa-packet build" in guide
    assert "Chinese" in intake
    assert all(WANG in text for text in others)

    async def refused(client: Any) -> list[str]:
        from mcp import MCPError  # noqa: PLC0415 - see tests/support/agent.py

        texts = []
        for address in ("schema/nope", "schema/..%2f..%2fcase", "case/..%2fx/manifest", "case/nope/manifest", "x"):
            with pytest.raises(MCPError) as error:
                await client.read_resource(f"visa-packet://{address}")
            texts.append(str(error.value))
        return texts

    unknown, *others = agent.run(refused)
    assert "there are application, attachments" in unknown
    assert len(others) == 4


def test_a_page_is_a_picture_of_limited_size(folder: Path, packet_of: Any) -> None:
    shutil.copytree(packet_of(WANG), folder / "out" / WANG)

    async def drawn(client: Any) -> Any:
        arguments = {"case": WANG, "page": 2, "kind": "final", "dpi": 110}
        [picture] = (await client.call_tool("page", arguments)).content
        return picture

    agent = Agent(folder, show_pages=True)
    picture = agent.run(drawn)
    assert picture.mime_type == "image/png"
    assert Image.open(io.BytesIO(base64.b64decode(picture.data))).size == (909, 1286)
    assert "no such page" in agent.call("page", case=WANG, page=99, kind="final").text


def test_without_the_extra_the_command_says_how_to_install_it(
    visa_packet: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "mcp", None)
    assert "mcp" in visa_packet("--help").out
    assert "--show-pages" in visa_packet("mcp", "--help").out
    run = visa_packet("mcp", tmp_path)
    assert (run.code, run.out) == (2, "")
    assert "pip install 'visa-packet[agents]'" in run.err


@pytest.mark.process
def test_a_build_that_takes_too_long_is_stopped(agent: Agent, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipeline.cli.agents import child_report  # noqa: PLC0415 - see tests/support/agent.py

    monkeypatch.setattr(child_report, "_MOST_SECONDS", 0.05)
    assert "took too long" in agent.call("build_packet", case=WANG).text
    assert not list((folder / "drafts").rglob("*.pdf"))


def test_a_bug_is_reported_without_the_text_of_its_exception(
    agent: Agent, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    from pipeline.cli.agents import check_tools  # noqa: PLC0415 - see tests/support/agent.py

    def fail(*_arguments: Any) -> None:
        raise ValueError("QZAAA")

    monkeypatch.setattr(check_tools, "read_patient", fail)
    answer = agent.call("status", case=WANG)
    assert answer.is_error
    assert "a bug in visa-packet: ValueError" in answer.text
    assert "QZAAA" not in answer.text
    assert not caplog.records
