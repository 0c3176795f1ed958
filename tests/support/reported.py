"""Reports for tests: what a run would hand over, without building anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from pipeline.case.people import PersonName
from pipeline.errors import ExitCode, JsonPlace, Problem
from pipeline.language import Language
from pipeline.options import Options
from pipeline.run.one import Built, BuiltBundle
from pipeline.run.report.report_page import report_page
from pipeline.run.report.summary import Head, head_of
from pipeline.run.task import Done
from pipeline.visa.rules.catalogue import catalogue
from tests.support.cases import AS_OF

NAME = PersonName("王晓明", "WANG", "XIAOMING")
TITLES = ("提出書類一覧 / List of documents", "招へい理由書 / Letter of invitation", "旅券 / Passport")


def head(language: Language = "en", *, names: bool = False) -> Head:
    return head_of(Options(AS_OF), language, names=names)


def problem(code: str, pointer: str | None = "/patient") -> Problem:
    """A finding of a rule, told as the rules tell it; of other codes in fixed words."""
    rule = catalogue().get(code)
    if rule is None:
        return Problem(code, "error", "this is not JSON", "mend the text", "secret-name.json", JsonPlace(pointer, 4, 2))
    told = {language: (words.message, words.hint) for language, words in rule.told([]).items()}
    found = Problem(code, rule.severity, *told["en"], "secret-name.json", JsonPlace(pointer, 12, 7), translations=told)
    return replace(found, source=rule.source, as_of=rule.as_of)


def built(case_id: str, folder: Path, pages: int = 2, missing: int = 0) -> Built:
    parts = tuple(
        {"id": str(number), "kind": "document", "title": title, "page": number, "pages": 1 if number < 3 else pages}
        for number, title in enumerate(TITLES, start=1)
    )
    papers = (
        {"letter": "イ", "role": "photo", "person": "patient"},
        {"letter": "ア", "role": "passport", "person": "companion-1"},
    )
    bundle = BuiltBundle("patient", folder / case_id / "bundle.pdf", "0" * 64, parts)
    apart = (folder / case_id / "documents" / "09-patient-guide.pdf",)
    return Built(case_id, folder / case_id, (bundle,), apart, (), papers[:missing])


def run(count: int, out: Path) -> Iterator[Done]:
    """So many cases: of ten, one fails by a rule; the hundredth is no case at all; every third is unchanged."""
    for number in range(1, count + 1):
        name, case_id = f"cases/secret-name-{number}.json", f"case-{number:05}"
        if number % 100 == 0:
            yield Done(name, "failed", ExitCode.CASE, None, None, (problem("json-syntax", None),), 0.01)
        elif number % 10 == 7:
            found = (problem("VIS-01", "/treatment/visits"), problem("ID-03", "/patient/passport/mrz"))
            yield Done(name, "failed", ExitCode.CASE, case_id, None, found, 0.1, NAME)
        else:
            found = (problem("VIS-01", "/treatment/visits"), *((problem("ID-01"),) if number % 5 == 0 else ()))
            packet = built(case_id, out, pages=2 + number % 7, missing=number % 3)
            yield Done(name, "built" if number % 3 else "current", ExitCode.OK, case_id, packet, found, 0.5, NAME)


def write(out: Path, count: int, language: Language = "en", *, names: bool = False) -> Path:
    """The page of a run over so many cases."""
    out.mkdir(parents=True, exist_ok=True)
    with report_page(head(language, names=names), out) as page:
        for done in run(count, out):
            page.add(done)
        return page.publish()
