"""What this machine has of what a packet needs."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Literal

from pipeline.engines import DEFAULT_ENGINE, ENGINES, load_engine
from pipeline.engines.processes import isolation
from pipeline.errors import VisaPacketError
from pipeline.fonts import FONT_PACKAGES, font_file
from pipeline.manifest import LIBRARIES
from pipeline.pdftext import embedded_fonts
from pipeline.resources import shipped
from pipeline.template_set import load_template_set
from pipeline.version import VERSION


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    status: Literal["ok", "missing", "warning"]
    version: str | None
    detail: str
    hint: str | None = None


def examine() -> Iterator[Check]:
    """Look at everything; the engines convert a real document."""
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
    """Look at ``subject``: its version and a word about it, or what is missing."""
    try:
        found, detail = look(subject)
    except VisaPacketError as error:
        problem = error.problems[0]
        return Check(name, "missing", None, problem.message, problem.hint)
    except (ImportError, OSError) as error:
        return Check(
            name, "missing", None, type(error).__name__, "install visa-packet anew: pip install --force-reinstall"
        )
    return Check(name, "ok", found, detail)


def _optional(check: Check) -> Check:
    """The same where a packet can be built without it."""
    if check.status != "missing":
        return check
    return replace(check, status="warning", detail=f"optional: {check.detail}")


def _isolation() -> str:
    words = "without network" if isolation() else "kept from the network by its settings alone"
    return f"LibreOffice runs {words}"


def _font(package: str) -> tuple[str, str]:
    return version(package), f"{font_file(package).stat().st_size:,} bytes"


def _templates(name: str) -> tuple[None, str]:
    return None, f"{len(load_template_set(name).templates)} Word templates"


def _converts(engine: str) -> tuple[str, str]:
    """Convert a shipped template as it is: its tags are plain text to an engine."""
    templates = load_template_set("medical-stay").templates
    pdf = load_engine(engine).convert(templates["invitation-letter.docx"])
    return load_engine(engine).version(), f"converts; draws with {', '.join(sorted(embedded_fonts(pdf)))}"
