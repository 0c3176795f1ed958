"""visa-packet: one patient JSON file in, one submission-ready PDF bundle out.

What the command line does can be called; docs/api.md describes each function.

>>> from datetime import date
>>> from pipeline import check_case
>>> check_case("examples/wang-xiaoming", as_of=date(2026, 11, 22)).state
'to_be_signed'
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.attachments.messages import FieldDescription
    from pipeline.attachments.proposed_values import ProposedValue
    from pipeline.authoring.adopt.letter import AdoptedLetter
    from pipeline.authoring.check.sets import CheckedSet
    from pipeline.authoring.preview.make import Preview
    from pipeline.authoring.public_sets import adopt_letter, check_sets, preview_set, read_set, start_template
    from pipeline.authoring.starter import StarterFiles
    from pipeline.case.importing.mapping_draft import DraftLine, MappingDraft
    from pipeline.errors import (
        AttachmentError,
        CaseError,
        EngineError,
        ExitCode,
        InputError,
        OutputError,
        Problem,
        TemplateError,
        VerificationError,
        VisaPacketError,
    )
    from pipeline.packet.template_set import TemplateSet
    from pipeline.publish.manifest import Manifest
    from pipeline.publish.verify.verify import Verified
    from pipeline.run.case_folder.adding import AddedPaper
    from pipeline.run.case_folder.answers import OpenField, OpenFields
    from pipeline.run.case_folder.edited_file import AddedDocument
    from pipeline.run.check import CheckedCase
    from pipeline.run.overview.duties import Duty
    from pipeline.run.overview.patient_row import FilingDays, PatientRow
    from pipeline.run.overview.reminders import Reminder
    from pipeline.run.public.arguments import CaseLike, StrPath
    from pipeline.run.public.building import build_case, build_many, observe_stages
    from pipeline.run.public.changing import (
        AddedPapers,
        add_edited,
        add_papers,
        add_signed,
        copy_sample,
        create_case,
        list_questions,
        set_fields,
    )
    from pipeline.run.public.checking import check_case, match_case, read_status
    from pipeline.run.public.packets import SignedEntries, read_signed_entries, sign_bundle, verify_packet
    from pipeline.run.public.papers_read import FilledForm, fill_form, inspect_form, read_values, write_reminders
    from pipeline.run.public.reference import read_rules, read_schema
    from pipeline.run.public.tables import ImportedRow, ImportedTable, import_table, propose_mapping, write_workbook
    from pipeline.run.public.timelines import draw_timeline, make_calendar, read_timeline, what_if
    from pipeline.run.published_packet import FormerPacket, PublishedPacket
    from pipeline.run.stages import StageEvent
    from pipeline.run.status import Item, Status
    from pipeline.run.task import TaskResult
    from pipeline.visa.hospital_match import Fit, LeftOut, Match
    from pipeline.visa.rules.catalogue import Rule, UncheckedRule
    from pipeline.visa.timeline.filing_window import FilingWindow
    from pipeline.visa.timeline.step import TimelineStep
    from pipeline.visa.timeline.timeline import Timeline
    from pipeline.visa.timeline.what_if import MovedStep, WhatIf

#: The module of each public name, below this package: the functions in the order of a case, then what they return.
_HOMES = {
    "run.public.changing": (
        "create_case",
        "list_questions",
        "set_fields",
        "add_papers",
        "add_signed",
        "add_edited",
        "copy_sample",
        "AddedPapers",
    ),
    "run.public.tables": ("import_table", "propose_mapping", "write_workbook", "ImportedTable", "ImportedRow"),
    "run.public.checking": ("check_case", "read_status", "match_case"),
    "run.public.timelines": ("read_timeline", "what_if", "draw_timeline", "make_calendar"),
    "run.public.papers_read": ("read_values", "inspect_form", "fill_form", "write_reminders", "FilledForm"),
    "run.public.building": ("build_case", "build_many", "observe_stages"),
    "run.public.packets": ("verify_packet", "read_signed_entries", "sign_bundle", "SignedEntries"),
    "authoring.public_sets": ("read_set", "check_sets", "preview_set", "start_template", "adopt_letter"),
    "run.public.reference": ("read_rules", "read_schema"),
    "run.public.arguments": ("CaseLike", "StrPath"),
    "errors": (
        "VisaPacketError",
        "InputError",
        "CaseError",
        "TemplateError",
        "AttachmentError",
        "EngineError",
        "OutputError",
        "VerificationError",
        "Problem",
        "ExitCode",
    ),
    "run.case_folder.answers": ("OpenFields", "OpenField"),
    "run.case_folder.adding": ("AddedPaper",),
    "run.case_folder.edited_file": ("AddedDocument",),
    "case.importing.mapping_draft": ("MappingDraft", "DraftLine"),
    "run.check": ("CheckedCase",),
    "run.overview.patient_row": ("PatientRow", "FilingDays"),
    "run.overview.duties": ("Duty",),
    "run.status": ("Status", "Item"),
    "visa.hospital_match": ("Match", "Fit", "LeftOut"),
    "visa.timeline.timeline": ("Timeline",),
    "visa.timeline.step": ("TimelineStep",),
    "visa.timeline.filing_window": ("FilingWindow",),
    "visa.timeline.what_if": ("WhatIf", "MovedStep"),
    "attachments.proposed_values": ("ProposedValue",),
    "attachments.messages": ("FieldDescription",),
    "run.overview.reminders": ("Reminder",),
    "run.published_packet": ("PublishedPacket", "FormerPacket"),
    "run.task": ("TaskResult",),
    "run.stages": ("StageEvent",),
    "publish.manifest": ("Manifest",),
    "publish.verify.verify": ("Verified",),
    "packet.template_set": ("TemplateSet",),
    "authoring.check.sets": ("CheckedSet",),
    "authoring.preview.make": ("Preview",),
    "authoring.starter": ("StarterFiles",),
    "authoring.adopt.letter": ("AdoptedLetter",),
    "visa.rules.catalogue": ("Rule", "UncheckedRule"),
}

__all__ = [
    "AddedDocument",
    "AddedPaper",
    "AddedPapers",
    "AdoptedLetter",
    "AttachmentError",
    "CaseError",
    "CaseLike",
    "CheckedCase",
    "CheckedSet",
    "DraftLine",
    "Duty",
    "EngineError",
    "ExitCode",
    "FieldDescription",
    "FilingDays",
    "FilingWindow",
    "FilledForm",
    "Fit",
    "FormerPacket",
    "ImportedRow",
    "ImportedTable",
    "InputError",
    "Item",
    "LeftOut",
    "Manifest",
    "MappingDraft",
    "Match",
    "MovedStep",
    "OpenField",
    "OpenFields",
    "OutputError",
    "PatientRow",
    "Preview",
    "Problem",
    "ProposedValue",
    "PublishedPacket",
    "Reminder",
    "Rule",
    "SignedEntries",
    "StageEvent",
    "StarterFiles",
    "Status",
    "StrPath",
    "TaskResult",
    "TemplateError",
    "TemplateSet",
    "Timeline",
    "TimelineStep",
    "UncheckedRule",
    "VerificationError",
    "Verified",
    "VisaPacketError",
    "WhatIf",
    "add_edited",
    "add_papers",
    "add_signed",
    "adopt_letter",
    "build_case",
    "build_many",
    "check_case",
    "check_sets",
    "copy_sample",
    "create_case",
    "draw_timeline",
    "fill_form",
    "import_table",
    "inspect_form",
    "list_questions",
    "make_calendar",
    "match_case",
    "observe_stages",
    "preview_set",
    "propose_mapping",
    "read_rules",
    "read_schema",
    "read_set",
    "read_signed_entries",
    "read_status",
    "read_timeline",
    "read_values",
    "set_fields",
    "sign_bundle",
    "start_template",
    "verify_packet",
    "what_if",
    "write_reminders",
    "write_workbook",
]


def __getattr__(name: str) -> Any:
    """Load a public name when it is first asked for, so that ``visa-packet --help`` loads no library."""
    for module, names in _HOMES.items():
        if name in names:
            return getattr(importlib.import_module(f"pipeline.{module}"), name)
    raise AttributeError(f"module 'pipeline' has no attribute {name!r}")


def __dir__() -> list[str]:
    """Return the public names, for completion in a console."""
    return __all__
