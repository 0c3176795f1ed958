"""The origin of a packet, recorded in its manifest so that a later change of any input is found."""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib.metadata import version

from pipeline.case.load import LoadedCase
from pipeline.documents.engines.engine import load_engine
from pipeline.options import BuildOptions
from pipeline.packet.planned_case import PlannedCase
from pipeline.publish.manifest import DirectoryFile, EngineUsed, OptionsUsed, Origin, RulesUsed, TemplateSetUsed
from pipeline.resources import VERSION
from pipeline.system.atomic import sha256
from pipeline.visa.rules.catalogue import CATALOGUE_FILE, catalogue_date

#: Libraries whose version may change the bytes of a bundle.
LIBRARIES = (
    "docxtpl",
    "fonttools",
    "img2pdf",
    "jinja2",
    "noto-cjk-sans-jp-bold",
    "noto-cjk-sans-otc",
    "office2pdf-python",
    "pikepdf",
    "pillow",
    "pypdf",
    "pypdfium2",
    "python-docx",
    "typst",
    "uharfbuzz",
)

#: The rooms with tables on which the pages or findings of a packet depend.
_ROOMS = ("attachments", "formats", "visa")


@cache
def library_versions() -> dict[str, str]:
    """Installed version of each of ``LIBRARIES``."""
    return {name: version(name) for name in LIBRARIES}


@cache
def rules_used() -> RulesUsed:
    """The rules of this installation, and the tables that decide what a packet has; not the words of messages."""
    files = (file for room in _ROOMS for file in sorted((CATALOGUE_FILE.parents[2] / room / "data").glob("*.json")))
    tables = (file.read_bytes() for file in files if file.name != "messages.json")
    digest = sha256(b"\0".join([CATALOGUE_FILE.read_bytes(), *tables]))
    return RulesUsed(date.fromisoformat(catalogue_date()), digest)


def origin_of(planned: PlannedCase, options: BuildOptions) -> Origin:
    """The origin of a packet that is built now. File names are left out: they may contain names of persons."""
    loaded, templates, engine = planned.loaded, planned.templates, load_engine(options.engine)
    return Origin(
        visa_packet=VERSION,
        case_id=loaded.case.case_id,
        as_of=options.as_of,
        template_set=TemplateSetUsed(templates.packet.id, templates.sha256),
        engine=EngineUsed(engine.name, engine.version()),
        options=OptionsUsed(
            right_hand_pages=options.right_hand_pages,
            max_bytes=options.max_bytes,
            signature_fields=options.signature_fields,
            recipient_copy=options.recipient_copy,
            no_documents=options.no_documents,
            encrypted=options.password is not None,
            read_scans=options.read_scans,
            letter_languages=planned.languages,
        ),
        versions=library_versions(),
        rules=rules_used(),
        case=loaded.json_file.sha256,
        directory=directory_files(loaded),
    )


def directory_files(loaded: LoadedCase) -> tuple[DirectoryFile, ...]:
    """Return the entries of the directory to which a case refers."""
    return tuple(
        DirectoryFile(listed.entry.kind, listed.id, listed.json_file.sha256) for listed in loaded.references.listed
    )
