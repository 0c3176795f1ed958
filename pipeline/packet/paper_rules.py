"""Rules on the papers of a packet: missing papers, the template set, the files (theme "papers" of the catalogue).

They need the plan of the packet, and not only the case.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from pipeline.case.base import Trilingual
from pipeline.case.filing import SIGNED, Role
from pipeline.case.load import LoadedCase
from pipeline.case.people import PATIENT
from pipeline.errors import Problem
from pipeline.formats.json.reader import JsonFile
from pipeline.language import LANGUAGES
from pipeline.packet.document_fields import name_fields, place_of
from pipeline.packet.packet_parts import AttachmentPart, Packet, Unfilled
from pipeline.packet.paper import Note, Paper
from pipeline.packet.template_set import OfficialRow, TemplateSet
from pipeline.visa.rules.catalogue import checked_rules
from pipeline.visa.rules.checks import make_finding, make_template_finding
from pipeline.visa.rules.registry import Hit

LIST_RULE, ORDER_RULE, TITLE_RULE, OTHERS_RULE = "DOC-14", "OUT-03", "GUA-11", "DOC-13"
NO_PLACE_RULE, NOT_FILED_RULE, FEW_PAGES_RULE = "DOC-22", "DOC-23", "DOC-24"
#: Rules on the text of a paper, whose findings name the paper (paper_text.py and scan_search.py of attachments).
_TEXT_RULES = ("DOC-18", "DOC-19", "DOC-20", "DOC-21", "DOC-27", "DOC-28")
_SHAPE_RULE = "PHO-02"
_PHOTO_RULES = ("PHO-01", _SHAPE_RULE)
#: Rules on a file, found while it is read (pipeline/attachments).
_FILE_RULES = (
    *_TEXT_RULES,
    *_PHOTO_RULES,
    *("OUT-01B", "OUT-05", "OUT-05B"),
    *(f"FIL-0{number}" for number in range(1, 8)),
)
#: Rules on a document with empty fields: it is made, or it is not because all of them are empty.
FIELDS_RULE, NOT_MADE_RULE = "DOC-25", "DOC-26"
#: Rules on a document that was edited by hand: the case says something else; case or template have changed since.
CONTRADICTION_RULE, OUTDATED_RULE = "DOC-30", "DOC-31"
#: The rules that this module checks, and those on edited documents (pipeline/documents/edited.py).
PAPERS_RULES = frozenset(
    {
        *(LIST_RULE, ORDER_RULE, TITLE_RULE, OTHERS_RULE),
        *(NO_PLACE_RULE, NOT_FILED_RULE, FEW_PAGES_RULE, FIELDS_RULE, NOT_MADE_RULE),
        *(CONTRADICTION_RULE, OUTDATED_RULE),
        *_FILE_RULES,
    }
)

#: Papers that only others issue. No document of a template set may have their titles.
_OFFICIAL_FORMS: tuple[Role, ...] = ("combined_form", "visa_application", "certificate_of_eligibility", "passport")
#: Papers that the applicant gets from others. No template set may generate them.
_PAPERS_OF_OTHERS: tuple[Role, ...] = ("photo", "funds_proof", "identity_document", "residence_permit")


def set_findings(loaded: LoadedCase, templates: TemplateSet, packet: Packet) -> list[Problem]:
    """Return the findings about the template set: documents that this case needs, and the official list."""
    packet_file = str(templates.folder / "packet.json")
    found = list(_without_place(loaded, templates, packet))
    if len(loaded.case.companions) > 1 and not _has_list_of_applicants(templates, packet):
        found.append(make_finding(LIST_RULE, Hit("/companions"), loaded.json_file))
    if not _is_in_official_order(templates):
        found.append(make_template_finding(ORDER_RULE, (), packet_file))
    found += [make_template_finding(TITLE_RULE, (), packet_file) for _ in _titled_as(_OFFICIAL_FORMS, templates)]
    made_up = [*_made_as((*_OFFICIAL_FORMS, *_PAPERS_OF_OTHERS), templates), *_titled_as(_PAPERS_OF_OTHERS, templates)]
    found += [make_template_finding(OTHERS_RULE, (), packet_file) for _ in dict.fromkeys(made_up)]
    return found


def _without_place(loaded: LoadedCase, templates: TemplateSet, packet: Packet) -> Iterator[Problem]:
    """Yield a finding for each supplied paper that no bundle contains. Signed originals have rules of their own."""
    placed = {part.index for part in packet.attachments}
    for index, attachment in enumerate(loaded.case.attachments):
        if index not in placed and attachment.role != SIGNED:
            rule = NOT_FILED_RULE if attachment.paper in templates.packet.not_filed else NO_PLACE_RULE
            name = Trilingual(**dict.fromkeys(LANGUAGES, f"role {attachment.role}"))
            yield make_finding(rule, Hit(f"/attachments/{index}/role", [name]), loaded.json_file)


def _titled_as(roles: tuple[Role, ...], templates: TemplateSet) -> list[str]:
    """The ids of the documents with the title of such a paper."""
    titles = {row.title.ja for row in templates.packet.official_list if row.role in roles}
    return [
        entry.document
        for entry in templates.packet.contents
        if entry.document and entry.title and entry.title.ja in titles
    ]


def _made_as(roles: tuple[Role, ...], templates: TemplateSet) -> list[str]:
    """The ids of the documents that the official list accepts as such a paper."""
    return [row.document for row in templates.packet.official_list if row.role in roles and row.document]


def paper_findings(packet: Packet, papers: Mapping[str, Paper], json_file: JsonFile) -> list[Problem]:
    """Return the findings about the files of the usable attachments."""
    noted = [
        make_finding(note.rule, Hit(f"/attachments/{part.index}/path", _details(note, part)), json_file)
        for part in packet.attachments
        if part.id in papers
        for note in sorted(papers[part.id].notes, key=lambda note: note.rule)
        if note.rule in PAPERS_RULES
    ]
    return [*noted, *_few_pages(packet, papers, json_file)]


def _few_pages(packet: Packet, papers: Mapping[str, Paper], json_file: JsonFile) -> Iterator[Problem]:
    """Yield a finding for the first paper of a role and a person whose papers have fewer pages than usual."""
    groups: dict[tuple[str, str], list[AttachmentPart]] = defaultdict(list)
    for part in packet.attachments:
        groups[part.attachment.paper, part.person].append(part)
    for first, *others in groups.values():
        pages = [papers[part.id].pages for part in (first, *others) if part.id in papers]
        if len(pages) == 1 + len(others) and sum(pages) < first.least_pages:
            yield make_finding(FEW_PAGES_RULE, Hit(f"/attachments/{first.index}/path", [_named_part(first)]), json_file)


def _details(note: Note, part: AttachmentPart) -> list[str | Trilingual]:
    """Return the details of a note. About a text, the first is the paper: its title, role and person."""
    if note.rule in _PHOTO_RULES:
        return [_with_size(part) if detail == "shape" and part.print_size_mm else detail for detail in note.details]
    return [_named_part(part), *note.details] if note.rule in _TEXT_RULES else list(note.details)


def _with_size(part: AttachmentPart) -> Trilingual:
    """The detail about the shape of a photo, with the size for which it was checked."""
    size = " × ".join(f"{length:g}" for length in part.print_size_mm or ())
    shape = checked_rules()[_SHAPE_RULE].details["shape"]
    return Trilingual(ja=f"{shape.ja}（{size} mm）", en=f"{shape.en} ({size} mm)", zh=f"{shape.zh}（{size} 毫米）")


def _named_part(part: AttachmentPart) -> Trilingual:
    """Title, role and person of a supplied paper."""
    title, about = part.title, f"{part.attachment.role}, {part.person}"
    return Trilingual(ja=f"{title.ja}（{about}）", en=f"{title.en} ({about})", zh=f"{title.zh}（{about}）")


def _has_list_of_applicants(templates: TemplateSet, packet: Packet) -> bool:
    """True if a document is the list of applicants, or another paper of the patient may be it."""
    others = (part.attachment for part in packet.attachments)
    return any("companions" in templates.shows(part.template) for part in packet.documents) or any(
        paper.role == "other" and paper.person == PATIENT for paper in others
    )


def _is_in_official_order(templates: TemplateSet) -> bool:
    """True if the papers of the list are in its order. Other papers may be anywhere."""
    rank = {row.role: place for place, row in enumerate(templates.packet.official_list)}
    rank_of_document = {row.document: place for place, row in enumerate(templates.packet.official_list) if row.document}
    places = [
        place
        for entry in templates.packet.contents
        if (place := rank.get(entry.attachments) if entry.attachments else rank_of_document.get(entry.document or ""))
        is not None
    ]
    return places == sorted(places)


#: Rules on a missing paper of the patient, of a companion, and of roles with a separate rule.
PATIENT_RULE, COMPANION_RULE = "DOC-01", "DOC-02"


PAPER_RULES: dict[Role, str] = {"residence_permit": "DOC-04", "treatment_schedule": "DOC-05"}


MISSING_RULES = frozenset({PATIENT_RULE, COMPANION_RULE, *PAPER_RULES.values()})


#: Rules on missing fields of an official form. They do not apply if the completed form is attached: each accompanies a
#: missing paper, and a packet that is built to complete the form may lack the fields as well as the paper.
UNFILLED_RULES = frozenset({"FRM-01", "FRM-02", "GUA-04", "GUA-05"})


#: Rule on a missing reason for several visits, which the hospital still has to give: a draft does not need it.
REASON_RULE = "DOC-06"
LACKS = MISSING_RULES | UNFILLED_RULES | {FIELDS_RULE}

#: Rules on a document that has changed since it was signed: refused, or accepted by the user.
CHANGED_RULE, ACCEPTED_RULE = "DOC-17", "DOC-17B"
#: Rule on a signed original that cannot be compared with its document. It is permitted like a change.
UNCOMPARED_RULE = "DOC-29"


def missing_papers(packet: Packet, json_file: JsonFile) -> list[Problem]:
    """Return a finding for each paper of the official list that is missing."""
    return [_missing(row, bundle.person, json_file) for bundle in packet.bundles for row in bundle.missing]


def unfilled_documents(packet: Packet, json_file: JsonFile) -> list[Problem]:
    """Return a finding for each document with empty fields. It names them, and who has to give their values."""
    return [
        make_finding(
            FIELDS_RULE if each.is_made else NOT_MADE_RULE,
            Hit(place_of(each.fields[0]), [_with_fields(each)]),
            json_file,
        )
        for bundle in packet.files
        for each in bundle.unfilled
    ]


def _with_fields(unfilled: Unfilled) -> Trilingual:
    """Title, empty fields and issuer of a document."""
    title, issuer, fields = unfilled.document.title, unfilled.document.issuer, name_fields(unfilled.fields)
    return Trilingual(
        ja=f"{title.ja}：{fields.ja}（記入者：{issuer.ja}）",
        en=f"{title.en}: {fields.en} (given by: {issuer.en})",
        zh=f"{title.zh}：{fields.zh}（填写方：{issuer.zh}）",
    )


def _missing(row: OfficialRow, person: str, json_file: JsonFile) -> Problem:
    if person != PATIENT:
        return make_finding(COMPANION_RULE, Hit("/attachments", [_named(row, person)]), json_file)
    return make_finding(PAPER_RULES.get(row.role, PATIENT_RULE), Hit("/attachments", [_named(row)]), json_file)


def _named(row: OfficialRow, companion: str | None = None) -> Trilingual:
    """Letter, title, role and person of a paper."""
    return Trilingual(
        ja=f"{row.letter} {row.title.ja}（{row.role}{f'、{companion}' if companion else ''}）",
        en=f"{row.letter} {row.title.en} (role {row.role}){f' of {companion}' if companion else ''}",
        zh=f"{row.letter} {row.title.zh}（{row.role}{f'，{companion}' if companion else ''}）",
    )
