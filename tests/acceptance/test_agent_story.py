"""An agent's story: the SDK's own client, over stdio, takes a new patient from nothing to a draft."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import ExitCode
from tests.support.agent import Answer, call, replying
from tests.support.built import make_set
from tests.support.cases import AS_OF, EXAMPLES, ROOT
from tests.support.reading import text

pytestmark = [pytest.mark.process, pytest.mark.slow]

CASE = "case-2026-0007"
#: Of what was said, what no answer may repeat.
PERSONAL = ("李雨桐", "YUTONG", "1987", "虚构路")
#: What a document or a person may talk a model into.
HOSTILE: list[tuple[str, dict[str, Any]]] = [
    ("check_case", {"case": "../outside"}),
    ("check_case", {"case": "linked"}),
    ("build_packet", {"case": f"{CASE}/../{CASE}"}),
    ("add_paper", {"case": CASE, "path": "../outside/secret.jpg", "role": "other"}),
    ("add_paper", {"case": CASE, "path": "linked/secret.jpg", "role": "other"}),
    ("add_paper", {"case": CASE, "path": "/etc/passwd", "role": "other"}),
    ("page", {"case": CASE, "page": 1}),
]
#: What the patient and the hospital told the agent, section by section. The phone number is not known yet.
TOLD: dict[str, dict[str, Any]] = {
    "applicant": {
        "/patient/name": {"chinese": "李雨桐", "surname": "LI", "given_names": "YUTONG"},
        "/patient/sex": "女",
        "/patient/birth_date": "1987年6月23日",
        "/patient/nationality": "中国",
        "/patient/address": {"province": "上海", "text": "上海市浦东新区虚构路88号"},
        "/patient/application/questions/deported": False,
    },
    "hospital": {
        "/condition/kind": "肩袖损伤",
        "/condition/side": "右",
        "/treatment/kind": "cultured_autologous_msc",
        "/treatment/route": "tendon",
    },
}


def test_an_agent_takes_a_new_patient_from_nothing_to_a_draft(tmp_path: Path) -> None:
    folder = tmp_path / "cases"
    shutil.copytree(EXAMPLES / "directory", folder / "directory")
    for place in (folder / "inbox/photo.jpg", tmp_path / "outside/secret.jpg"):
        place.parent.mkdir()
        shutil.copy(EXAMPLES / "wang-xiaoming/papers/photo.jpg", place)
    (folder / "linked").symlink_to(tmp_path / "outside")
    with (tmp_path / "printed").open("w") as printed:
        answers = asyncio.run(_story(folder, printed))
    assert not (tmp_path / "printed").read_text()
    assert [answer.text for answer in answers if any(word in answer.text for word in PERSONAL)] == []
    page = text((folder / "drafts" / CASE / "bundle.pdf").read_bytes())[0]
    assert "DRAFT" in page
    assert "李雨桐" in page
    assert not (folder / "out").exists()


async def _story(folder: Path, printed: Any) -> list[Answer]:
    from mcp import Client, StdioServerParameters  # noqa: PLC0415 - see tests/support/agent.py
    from mcp.client.stdio import stdio_client  # noqa: PLC0415 - as above

    options = ("--templates", str(make_set(folder.parent / "set")), "--as-of", AS_OF.isoformat(), "--lang", "en")
    words = ["-P", "-m", "pipeline", "mcp", str(folder), *options]
    command = StdioServerParameters(command=sys.executable, args=words, env={"PYTHONPATH": str(ROOT)})
    agreeing = replying(("accept", {"build": True}))
    answers: list[Answer] = []
    async with Client(stdio_client(command, printed), elicitation_callback=agreeing) as client:

        async def ask(tool: str, **arguments: Any) -> Answer:
            answers.append(await call(client, tool, **arguments))
            return answers[-1]

        assert (await ask("list_cases")).content["cases"] == []
        new = await ask("new_case", case_id=CASE, hospital="hibari", guarantor="mihon", visits=2)
        etag = new.content["etag"]
        assert "/patient/passport/number" in (await ask("describe_fields", section="patient")).text
        for speaker, values in TOLD.items():
            changes = [{"pointer": name, "value": value, "heard_from": speaker} for name, value in values.items()]
            saved = await ask("set_fields", case=CASE, etag=etag, changes=changes)
            assert not saved.is_error, saved
            etag = saved.content["etag"]
        added = await ask("add_paper", case=CASE, path="inbox/photo.jpg", role="photo")
        assert added.content["paper"] == 0
        missing = (await ask("check_case", case=CASE, section="patient")).content["about"]["findings"]
        assert "/patient/phone" in {each["pointer"] for each in missing if each["severity"] == "question"}
        assert "/patient/sex" not in {each["pointer"] for each in missing}
        draft = await ask("build_packet", case=CASE)
        assert draft.content["built"], draft.text
        assert draft.content["about"]["counts"]["question"] > 5
        final = await ask("build_packet", case=CASE, kind="final")
        assert not final.content["built"]  # the person agreed, and the case is not complete
        assert final.content["about"]["counts"]["question"] > 5
        assert (await ask("status", case=CASE)).content["state"] == "unanswered"
        for tool, arguments in HOSTILE:
            assert (await ask(tool, **arguments)).is_error, (tool, arguments)
    return answers


def test_a_signal_ends_the_command_although_it_waits_for_input(tmp_path: Path) -> None:
    command = [sys.executable, "-P", "-m", "pipeline", "mcp", str(tmp_path)]
    asked = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(asked).encode() + b"\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["id"] == 1
        process.send_signal(signal.SIGTERM)
        assert process.wait(120) == ExitCode.INTERRUPTED
        assert process.stderr is not None
        assert b"interrupted" in process.stderr.read()
