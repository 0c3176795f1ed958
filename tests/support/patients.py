"""Patients at every stage, for tests of the overview: each a folder with a case."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.case.source import Source
from pipeline.errors import VisaPacketError
from pipeline.options import CheckOptions
from pipeline.run.overview.patient_row import PatientRow, failed_row, patient_row
from tests.support.cases import AS_OF, EXAMPLES, REMOVE, WITHOUT_FORMS, change

_CASE: dict[str, Any] = json.loads((EXAMPLES / "wang-xiaoming" / "case.json").read_text(encoding="utf-8"))
#: What each patient's case has in place of the example's: questions, an error, missing papers, letters to sign.
STAGES: Mapping[str, Mapping[str, Any]] = {
    "p-asked": {
        "/patient/phone": REMOVE,
        "/patient/passport/expiry_date": REMOVE,
        "/condition/diagnosis": REMOVE,
        "/visa/filing_date": REMOVE,
        "/attachments": [],
    },
    "p-blocked": {"/patient/passport/expiry_date": "2027-01-01"},
    "p-lacking": WITHOUT_FORMS,
    "p-unsigned": {},
}
#: A case with a mistake of JSON in its fourth line.
BROKEN = '{\n  "case_id": "p-broken",\n  "patient": {},\n  "companions": [,]\n}\n'


def make_patients(folder: Path) -> Path:
    """Return the folder with a case for each stage, and a broken one."""
    for name, edits in STAGES.items():
        case = copy.deepcopy(_CASE)
        change(case, {"/case_id": name, **edits})
        write_patient(folder / name, json.dumps(case, ensure_ascii=False, indent=2))
    write_patient(folder / "p-broken", BROKEN)
    return folder


def write_patient(folder: Path, text: str) -> None:
    """Write a case with the papers of the example."""
    shutil.copytree(EXAMPLES / "wang-xiaoming" / "papers", folder / "papers")
    (folder / "case.json").write_text(text, encoding="utf-8")


def row_of(case: Path) -> PatientRow:
    """Return the row of a case."""
    source = Source(str(case), case.parent)
    try:
        return patient_row(source, CheckOptions(AS_OF))
    except VisaPacketError as error:
        return failed_row(source, error.exit_code, error.problems)
