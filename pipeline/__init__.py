"""visa-packet: one patient JSON file in, one submission-ready PDF bundle out.

Everything that the command line does can be called:

>>> from datetime import date
>>> from pathlib import Path
>>> from pipeline import CheckOptions, check_case
>>> check_case(Path("examples/wang-xiaoming/case.json"), CheckOptions(date(2026, 11, 22))).loaded.case.case_id
'wang-xiaoming'
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.case.directory import read_hospitals
    from pipeline.case.load import load_case
    from pipeline.errors import ExitCode, Problem, VisaPacketError
    from pipeline.options import BuildOptions, CheckOptions
    from pipeline.publish.verify.verify import verify_path
    from pipeline.run.check import CheckedCase, check_case
    from pipeline.run.one import build_case
    from pipeline.run.published_packet import PublishedPacket
    from pipeline.visa.hospital_match import Wishes, match_case

__all__ = [
    "BuildOptions",
    "CheckOptions",
    "CheckedCase",
    "ExitCode",
    "Problem",
    "PublishedPacket",
    "VisaPacketError",
    "Wishes",
    "build_case",
    "check_case",
    "load_case",
    "match_case",
    "read_hospitals",
    "verify_path",
]

_HOMES = {
    "run.published_packet": ("PublishedPacket",),
    "run.one": ("build_case",),
    "run.check": ("CheckedCase", "check_case"),
    "options": ("BuildOptions", "CheckOptions"),
    "case.directory": ("read_hospitals",),
    "errors": ("ExitCode", "Problem", "VisaPacketError"),
    "case.load": ("load_case",),
    "visa.hospital_match": ("Wishes", "match_case"),
    "publish.verify.verify": ("verify_path",),
}


def __getattr__(name: str) -> Any:
    """Load a public name when it is first asked for, so that ``visa-packet --help`` loads no library."""
    for module, names in _HOMES.items():
        if name in names:
            return getattr(importlib.import_module(f"pipeline.{module}"), name)
    raise AttributeError(f"module 'pipeline' has no attribute {name!r}")
