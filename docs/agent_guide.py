"""Generates docs/agents.md, the skill and llms.txt from docs/agents/source.md, schemas, questions and pages."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pipeline.case.questions import ask
from pipeline.formats.json.reader import parse_json
from pipeline.formats.json.schema_files import schema_text
from pipeline.packet.set_files import load_template_set

HERE = Path(__file__).parent
_SOURCE = HERE / "agents" / "source.md"
_GUIDE_ONLY = re.compile(r"<!-- guide only -->\n(.*?)<!-- skill too -->\n", re.DOTALL)
_LINK = re.compile(r"\[([^]]*)\]\([^)]*\)")
_PART = re.compile(r"<!-- ([a-z-]+) -->\n<!-- end -->\n")
_ABOUT = (
    "Prepare a submission packet for Japan's Medical Stay visa (医療滞在ビザ) with the visa-packet command or its "
    "Python functions - start a case, ask for what is missing, add papers, check, build, verify. Use it when a person "
    "asks for such a packet, or about the state of a case."
)
_FRONT = f"---\nname: visa-packet\ndescription: {_ABOUT}\n---\n\n"
#: The pages to begin with.
_FIRST = ("agents", "api", "first-case", "lifecycle", "fields", "cli", "errors", "exit-codes")
#: The commands whose results the guide describes, in the order of work, and their definitions in the schema.
_RESULTS = {
    "new": "new_result",
    "validate": "validate_result",
    "answer": "answer_result",
    "add": "add_result",
    "status": "status_result",
    "build": "build_result",
    "verify": "verify_result",
}
#: A case of which everything is open, with an entry in each list.
_EMPTY = {"case_id": "x0", "companions": [{}], "treatment": {"visits": [{}]}, "attachments": []}


def guide_page() -> str:
    """Return docs/agents.md."""
    return _filled(_GUIDE_ONLY.sub(r"\1", _source()))


def skill_page() -> str:
    """Return SKILL.md: the guide without its longer tables."""
    text = _LINK.sub(r"\1", _filled(_GUIDE_ONLY.sub("", _source())))
    return _FRONT + re.sub(r"\n{3,}", "\n\n", text)


def page_list() -> str:
    """Return llms.txt: the pages of the documentation, with their titles and first sentences."""
    head = (
        "# visa-packet\n\n> Turns one JSON file about a patient into one PDF bundle for Japan's Medical Stay visa.\n\n"
        "Agents begin with the guide: it says what an agent must never do.\n"
    )
    others = sorted(page.stem for page in HERE.glob("*.md") if page.stem not in _FIRST and "." not in page.stem)
    return head + "".join(
        f"\n## {title}\n\n" + "".join(f"- {_link(name)}\n" for name in names)
        for title, names in {"Begin here": _FIRST, "More": others}.items()
    )


def _link(name: str) -> str:
    text = guide_page() if name == "agents" else (HERE / f"{name}.md").read_text(encoding="utf-8")
    title, _, rest = text[text.index("# ") + 2 :].partition("\n")
    beginning = re.split(r"^(?:#|<!--|\||```|    |- )", rest, maxsplit=1, flags=re.MULTILINE)[0]
    prose = _LINK.sub(r"\1", " ".join(beginning.split()))
    sentence = re.split(r"(?<=[.:]) ", prose)[0].rstrip(".:")
    return f"[{title}](docs/{name}.md)" + (f": {sentence}" if sentence else "")


def _source() -> str:
    return _SOURCE.read_text(encoding="utf-8")


def _filled(text: str) -> str:
    """Return a text with its generated parts, and with links as seen from docs/."""
    return _PART.sub(lambda part: _PARTS[part[1]](), text)


def _applicant() -> str:
    """Return the fields that only the applicant may answer."""
    properties = json.loads(schema_text("application"))["properties"]
    questions = {f"questions/{name}": part for name, part in properties["questions"]["properties"].items()}
    own = questions | {name: properties[name] for name in ("unpaid_medical_bills", "paid_work_in_japan")}
    rows = "".join(f"| `patient/application/{name}` | {_about(part)} |\n" for name, part in own.items())
    return f"| only the applicant answers | meaning |\n|---|---|\n{rows}"


def _about(part: Mapping[str, Any]) -> str:
    return str(part.get("description", "")).replace(" Optional.", "").replace("|", "\\|")


def _questions() -> str:
    """Return the question for each required field, and who knows the answer."""
    case = parse_json(json.dumps(_EMPTY).encode(), "case.json", Path())
    rows = (
        f"| `{each.pointer}/{each.args['field']}` | {each.args['who']} | {each.message} | {each.hint} |\n"
        for each in ask(case)
    )
    head = (
        "Of a case with one companion and one visit. Lists have numbers from 0. [fields.md](fields.md) describes all "
        "fields, the optional ones too.\n\n| pointer | who knows | question | value |\n|---|---|---|---|\n"
    )
    return head + "".join(rows)


def _papers() -> str:
    """Return the papers of the official list by their role."""
    rows = (
        f"| `{row.role}` | {row.letter} | {row.title.en} | {row.issuer.en} | {row.when} | {row.whom} |\n"
        for row in load_template_set("medical-stay").packet.official_list
    )
    return "| role | letter | paper | from | needed | of |\n|---|---|---|---|---|---|\n" + "".join(rows)


def _exit_codes() -> str:
    """Return the table of docs/exit-codes.md."""
    lines = (HERE / "exit-codes.md").read_text(encoding="utf-8").splitlines(keepends=True)
    return "".join(re.sub(r" \(\[[^)]*\)[^)]*\)", "", line) for line in lines if line.startswith("|"))


def _results() -> str:
    """Return what the results of the commands contain."""
    known = json.loads(schema_text("report"))["$defs"]
    return "".join(f"### Results of `{name}`\n\n{''.join(_members(known[part]))}\n" for name, part in _RESULTS.items())


def _members(part: Mapping[str, Any]) -> Iterator[str]:
    for name, each in part["properties"].items():
        yield f"- `{name}`: {_about(each) or each.get('title', '')}\n"


_PARTS: Mapping[str, Callable[[], str]] = {
    "applicant": _applicant,
    "questions": _questions,
    "papers": _papers,
    "exit-codes": _exit_codes,
    "results": _results,
}
