"""The screens of the desk as HTML, each from the files as they are now."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, get_args

from jinja2 import Environment

from pipeline.attachments.safe_open import read_inside
from pipeline.attachments.scan_client import can_read_scans
from pipeline.case.directory import find_directory
from pipeline.case.importing.csv_file import ENCODINGS
from pipeline.case.load import IncompleteCaseError, LoadedCase, load_case, load_draft
from pipeline.case.source import Source
from pipeline.cli.desk.builds import Builds
from pipeline.cli.desk.case_form import CaseForm
from pipeline.cli.desk.case_rows import CaseRows
from pipeline.cli.desk.date_rows import date_rows
from pipeline.cli.desk.desk_folder import DeskFolder
from pipeline.cli.desk.duty_links import duty_link, duty_words
from pipeline.cli.desk.letters import letters_of
from pipeline.cli.desk.page_list import list_files
from pipeline.cli.desk.papers import filled_places, read_text
from pipeline.cli.desk.seals import unsigned_documents
from pipeline.cli.desk.signed_papers import check_form, document_titles, signed_titles
from pipeline.cli.desk.table_import import ImportPlan
from pipeline.cli.desk.unsaved import findings_json
from pipeline.cli.outcome import outcome_of
from pipeline.errors import Problem, UnusableError
from pipeline.formats.files import is_file
from pipeline.formats.page_look import page_environment
from pipeline.language import Language
from pipeline.packet.file_names import MANIFEST_NAME
from pipeline.publish.case_files import Status
from pipeline.publish.manifest import Manifest
from pipeline.publish.verify.verify import verify_path
from pipeline.resources import VERSION
from pipeline.run.case_folder.fields import find_field
from pipeline.run.case_folder.offer import Offer
from pipeline.run.case_folder.saving import CaseFile
from pipeline.run.overview.patient_row import PatientRow, sorted_rows
from pipeline.run.overview.repeated_ids import with_repeated_ids
from pipeline.run.overview.row_texts import days_left_text, done_text, window_text
from pipeline.run.stages import STAGES
from pipeline.system.atomic import sha256
from pipeline.visa.labels import label
from pipeline.visa.timeline.timeline import make_known_timeline, make_timeline
from pipeline.visa.timeline.what_if import what_if

#: The words that the script shows.
_SCRIPT_WORDS = (
    *("unsaved", "saved", "not_saved", "no_answer", "save_first", "changed_papers", "remove_question"),
    *("signed_again", "signed_unknown", "saved_rest", "build_packet_first"),
    *("yours", "theirs", "page", "field"),
)
_READING_WORDS = (
    *("any_unknown", "reading", "read_nothing", "read_compare", "read_failed", "read_extra", "use_value", "saved"),
    *("queue_waiting", "queue_now", "queue_added", "queue_refused", "queue_proposed", "one_only"),
    *("one_only_signed", "one_only_rest", "no_upload", "no_file", "forget", "any_choose", "any_leave", "uploading"),
    *("agrees", "in_case", "in_case_nothing", "proved", "confidence", "where"),
)
WEB = Path(__file__).parent / "web"
_LANGUAGE_NAMES: Mapping[Language, str] = {"en": "English", "ja": "日本語", "zh": "中文"}


@dataclass(frozen=True, slots=True)
class Screens:
    """Draws each screen in a language."""

    folder: DeskFolder
    builds: Builds
    rows: CaseRows

    def cases(self, language: Language) -> str:
        """Return the list of all cases, those with mistakes first. Cases that are being checked come last."""
        listed = list(self.rows.listed())
        as_of = self.folder.options.as_of
        of_rows = {each.row.source: each for each in listed if each.row}
        sources = [Source(str(each.path), each.path.parent) for each in of_rows.values()]
        checked = [each.row for each in listed if each.row]
        known = with_repeated_ids(sources, checked, lambda source: source.folder.name)
        rows = [
            {"listed": of_rows[row.source], "row": row, **_row_texts(row, language, as_of)}
            for row in sorted_rows(known)
        ]
        waiting = [each for each in listed if not each.row]
        rows += [{"listed": each, "row": None, "is_current": each.path == self.rows.current} for each in waiting]
        counts = {"done": len(listed) - len(waiting), "all": len(listed)}
        offer = self._offer(self.folder.path / "new")
        return self._page(
            "cases.html",
            language,
            rows=rows,
            progress=_words(language)["checked"].format(**counts) if waiting else "",
            conditions=find_field("/condition/kind").choices(language),
            hospitals=offer.names("hospital"),
            guarantors=offer.names("guarantor"),
            encodings=ENCODINGS,
        )

    def import_plan(self, language: Language, plan: ImportPlan, *, is_done: bool, has_changed: bool) -> str:
        """Return what an import would do or has done, as a part of the list's page."""
        statuses = [plan.merged.statuses[each.path] for each in plan.files]
        rows = [
            {"row": each.row, "name": each.name, "status": status, "questions": len(each.questions)}
            for each, status in zip(plan.files, statuses, strict=True)
        ]
        counts = {status: statuses.count(status) for status in get_args(Status)}
        problems = [
            {"cell": problem.cell, "line": problem.line, **found}
            for problem, found in zip(plan.problems, findings_json(plan.problems, language), strict=True)
        ]
        return self._page(
            "import.html",
            language,
            plan=plan,
            rows=rows,
            counts=label("counts", "imported", language).format(out=self.folder.path.name, **counts),
            problems=problems,
            is_done=is_done,
            has_changed=has_changed,
        )

    def case(self, language: Language, key: str) -> str:
        """Return the form of a case with its findings."""
        file = CaseFile.read(self.folder.find(key))
        form = CaseForm(file.json_file.data, language, self._offer(file.path))
        options = self.folder.options
        findings = findings_json(check_form(file, {}, options), language)
        return self._case_page(
            "case.html",
            language,
            key,
            sections=list(form.sections()),
            etag=file.etag,
            findings=findings,
            signed=[getattr(title, language) for title in signed_titles(file, options).values()],
            files=outcome_of(lambda: list_files(self.folder, file.path, language)).value or (),
        )

    def papers(self, language: Language, key: str) -> str:
        """Return the places of the papers with what is in them."""
        text = read_text(self.folder, self.folder.find(key))
        places, others = filled_places(text)
        return self._case_page(
            "papers.html",
            language,
            key,
            places=places,
            others=others,
            etag=CaseFile.read(text.path).etag,
            reads_scans=can_read_scans(),
            reading_words={name: _words(language)[name] for name in _READING_WORDS},
        )

    def pages(self, language: Language, key: str) -> str:
        """Return places for the pages of all parts of the packet, which the browser asks for."""
        outcome = outcome_of(lambda: list_files(self.folder, self.folder.find(key), language))
        findings = findings_json(outcome.problems, language)
        return self._case_page("pages.html", language, key, files=outcome.value, findings=findings)

    def dates(self, language: Language, key: str, days: Mapping[int, date]) -> str:
        """Return the timeline, and what other days of visits would change."""
        path, as_of = self.folder.find(key), self.folder.options.as_of
        try:
            loaded = load_draft(path, self.folder.directory)
        except IncompleteCaseError:  # not even an id
            return self._case_page("dates.html", language, key, steps=(), visits=(), changes=(), is_half=True)
        is_half = bool(loaded.questions)
        tries = days if not is_half else {}
        changes = what_if(Source(str(path), path.parent), as_of, tries, self.folder.directory) if tries else None
        timeline = make_known_timeline(loaded.case, as_of) if is_half else make_timeline(loaded.case, as_of)
        moved = {each.step.id: each.before for each in changes.moved} if changes else {}
        shown = changes.timeline if changes else timeline
        return self._case_page(
            "dates.html",
            language,
            key,
            steps=list(date_rows(shown, loaded.case, moved, language)) if shown else (),
            visits=() if is_half else [visit.entry_date for visit in loaded.case.treatment.visits],
            changes=findings_json(changes.appearing, language) if changes else [],
            is_half=is_half,
            days=days,
        )

    def done(self, language: Language, key: str) -> str:
        """Return what to print, who seals it, and the finished files."""
        path = self.folder.find(key)
        row = self.rows.row(path)
        packet = self.packet(path)
        verified = outcome_of(lambda: verify_path(packet)) if packet else None
        manifest = verified.value.manifest if verified and verified.value else None
        is_outdated = manifest is not None and _is_outdated(manifest, CaseFile.read(path))
        return self._case_page(
            "done.html",
            language,
            key,
            row=row,
            texts=_row_texts(row, language, self.folder.options.as_of),
            letters=letters_of(row, self.folder.options.as_of, language),
            manifest=manifest,
            is_outdated=is_outdated,
            differs=findings_json(verified.problems, language) if verified else [],
            titles={name: getattr(title, language) for name, title in document_titles(self.folder.options).items()},
            to_sign=unsigned_documents(packet, manifest) if packet and manifest and not is_outdated else (),
            build=self.builds.find(key),
            stages=STAGES,
        )

    def broken(self, language: Language, key: str, problems: Sequence[Problem]) -> str:
        """Return why a case cannot be shown."""
        shown = [
            {"line": problem.line, **found}
            for problem, found in zip(problems, findings_json(problems, language), strict=True)
        ]
        return self._case_page("broken.html", language, key, problems=shown)

    def loaded(self, path: Path) -> LoadedCase:
        """Read a case that lacks nothing. Raises CaseError."""
        return load_case(path, self.folder.directory)

    def packet(self, path: Path) -> Path | None:
        """Return the folder of the packet of a case, if there is one."""
        case_id = CaseFile.read(path).json_file.fields.get("case_id")
        folder = self.folder.packet(case_id)
        return folder if is_file(folder / MANIFEST_NAME) else None

    def _offer(self, path: Path) -> Offer:
        return Offer.of(find_directory(path.parent, self.folder.directory))

    def _case_page(self, template: str, language: Language, key: str, **about: Any) -> str:
        path = self.folder.find(key)
        self.rows.check_next(path)
        return self._page(template, language, key=key, name=path.parent.name, **about)

    def _page(self, template: str, language: Language, **about: Any) -> str:
        return (
            _environment()
            .get_template(template)
            .render(
                words=_words(language),
                script_words={name: _words(language)[name] for name in _SCRIPT_WORDS},
                language=language,
                languages=_LANGUAGE_NAMES,
                version=VERSION,
                as_of=self.folder.options.as_of,
                label=lambda name, table: label(name, table, language),
                text=lambda three: getattr(three, language),
                **about,
            )
        )


def _is_outdated(manifest: Manifest, file: CaseFile) -> bool:
    """Return True if the case, or a paper in the packet, has changed since the packet was built."""
    papers = {each.sha256 for each in manifest.inputs.attachments}
    entries = file.json_file.fields.get("attachments", []) if papers else []
    try:
        now = {sha256(read_inside(file.path.parent, entry["path"])) for entry in entries}
    except (UnusableError, OSError, LookupError, TypeError):
        return True
    return manifest.inputs.case != file.etag or not papers <= now


def _row_texts(row: PatientRow, language: Language, as_of: date) -> dict[str, Any]:
    left = row.filing.days_left(as_of)
    return {
        "state": label(row.state, "patient_state", language),
        "next": duty_words(row.next, language),
        "link": duty_link(row.next),
        "who": label(row.next.who, "person", language),
        "done": done_text(row, language),
        "window": window_text(row.filing, language),
        "left": "" if left is None else days_left_text(left, language),
        "duties": [
            (label(duty.who, "person", language), duty_words(duty, language), duty_link(duty)) for duty in row.duties
        ],
    }


@cache
def _words(language: Language) -> dict[str, str]:
    words: dict[str, dict[str, str]] = json.loads((WEB / "words.json").read_text(encoding="utf-8"))
    return {name: texts[language] for name, texts in words.items()}


@cache
def _environment() -> Environment:
    return page_environment(WEB)
