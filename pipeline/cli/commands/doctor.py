"""visa-packet doctor"""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from typing import Literal

import click

from pipeline.cli.output import CommandReport, emit
from pipeline.cli.shared_options import json_option
from pipeline.cli.terminal import Styled, print_line
from pipeline.documents.engines.engine import DEFAULT_ENGINE, ENGINES, load_engine
from pipeline.errors import ExitCode, VisaPacketError, system_reason
from pipeline.formats.fonts import FONT_PACKAGES, font_file
from pipeline.formats.pdf.reading import embedded_fonts
from pipeline.packet.set_files import load_template_set
from pipeline.publish.provenance import LIBRARIES
from pipeline.resources import VERSION, shipped
from pipeline.system.processes import isolation

_MARKS = {"ok": ("ok", "green"), "warning": ("warn", "yellow"), "missing": ("missing", "red")}


@click.command(short_help="Check the engines, fonts, templates and versions on this machine.")
@json_option
def doctor(as_json: bool) -> int:
    """Check engines, fonts, templates and versions; report what is missing and how to install it.

    \b
    Example:
      visa-packet doctor
    """
    checks = list(examine())
    code = ExitCode.ENGINE if any(check.availability == "missing" for check in checks) else ExitCode.OK
    emit(CommandReport("doctor", code, (), [asdict(check) for check in checks]), as_json=as_json)
    if not as_json:
        for check in checks:
            word, colour = _MARKS[check.availability]
            print_line(Styled(f"{word:<8}", colour), f"{check.name:<26}{check.version or '':<12}{check.detail}")
            if check.hint:
                print_line(f"        hint: {check.hint}")
    return code


@dataclass(frozen=True, slots=True)
class Check:
    """Result of one check."""

    name: str
    availability: Literal["ok", "missing", "warning"]
    version: str | None
    detail: str
    hint: str | None = None


def examine() -> Iterator[Check]:
    """Yield the result of every check. The engines convert a real document."""
    yield Check("visa-packet", "ok", VERSION, f"Python {platform.python_version()} on {platform.system()}")
    for package in FONT_PACKAGES:
        yield _guarded(package, package, _font)
    for folder in sorted(path.parent for path in shipped("templates").glob("*/packet.json")):
        yield _guarded(f"templates {folder.name}", folder.name, _templates)
    for engine in ENGINES:
        check = _guarded(f"engine {engine}", engine, _converts)
        yield check if engine == DEFAULT_ENGINE else _optional(check)
    yield Check("isolation", "ok", None, _isolation())
    for library in LIBRARIES:
        yield _guarded(library, library, lambda name: (version(name), "installed"))


def _guarded(name: str, subject: str, look: Callable[[str], tuple[str | None, str]]) -> Check:
    """The version and a detail of ``subject``, or the reason why it is missing."""
    try:
        found, detail = look(subject)
    except VisaPacketError as error:
        problem = error.problems[0]
        return Check(name, "missing", None, problem.message, problem.hint)
    except (ImportError, OSError) as error:
        reason = system_reason(error) if isinstance(error, OSError) else "a library is not installed, or not completely"
        return Check(name, "missing", None, reason, "reinstall visa-packet: pip install --force-reinstall")
    return Check(name, "ok", found, detail)


def _optional(check: Check) -> Check:
    """The check as a warning if it failed, because a packet can be built without its subject."""
    if check.availability != "missing":
        return check
    return replace(check, availability="warning", detail=f"optional: {check.detail}")


def _isolation() -> str:
    words = "without network" if isolation() else "kept off the network by its settings only"
    return f"LibreOffice runs {words}"


def _font(package: str) -> tuple[str, str]:
    return version(package), f"{font_file(package).stat().st_size:,} bytes"


def _templates(name: str) -> tuple[None, str]:
    return None, f"{len(load_template_set(name).templates)} Word templates"


def _converts(engine: str) -> tuple[str, str]:
    """Convert a shipped template: to an engine, its tags are plain text."""
    templates = load_template_set("medical-stay").templates
    pdf = load_engine(engine).convert(templates["invitation-letter.docx"])
    return load_engine(engine).version(), f"converts; draws with {', '.join(sorted(embedded_fonts(pdf)))}"
