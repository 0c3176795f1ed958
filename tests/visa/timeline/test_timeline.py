"""The dates from the papers to the return to sport, as steps, calendar file and picture."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar
from PIL import Image

from pipeline.case.base import Trilingual
from pipeline.case.load import load_case
from pipeline.case.model import Case
from pipeline.cli.commands.timeline import table_of
from pipeline.formats.json.violations import validator
from pipeline.language import LANGUAGES, Language
from pipeline.resources import read_data
from pipeline.visa.rules.checks import load_checks
from pipeline.visa.timeline.as_json import timeline_to_json
from pipeline.visa.timeline.ics import is_own_ics, to_ics
from pipeline.visa.timeline.picture import draw_png, is_own_png
from pipeline.visa.timeline.picture_rows import picture_rows
from pipeline.visa.timeline.step import Kind, TimelineStep, Who
from pipeline.visa.timeline.timeline import Timeline, make_timeline
from tests.support.cases import AS_OF, EXAMPLES, PERSONAL, REMOVE, Edit

pytestmark = pytest.mark.slow

WANG = EXAMPLES / "wang-xiaoming" / "case.json"
CHEN = EXAMPLES / "chen-lihua" / "case.json"
replace = msgspec.structs.replace
#: Rules that speak of the filing day, each of which must be quiet on a day of the window.
OF_FILING = ("DAT-02", "DAT-03", "DOC-11", "DOC-12", "LET-03", "VIS-02", "VIS-03", "VIS-05", "VIS-14")


def timeline(path: Path = WANG, as_of: date = AS_OF, audience: str | None = None) -> Timeline:
    return make_timeline(load_case(path).case, as_of, audience)


def days(found: Timeline) -> dict[str, tuple[str | None, str | None]]:
    return {
        step.id: (step.start.isoformat() if step.start else None, step.end.isoformat() if step.end else None)
        for step in found.steps
    }


def step(found: Timeline, step_id: str) -> TimelineStep:
    [only] = [each for each in found.steps if each.id == step_id]
    return only


def test_two_visits_one_plan() -> None:
    day = {
        name: (each, each)
        for name, each in {
            "filing": "2026-12-07",
            "visit-1-entry": "2027-01-12",
            "visit-1-procedure-1": "2027-01-13",
            "visit-1-procedure-2": "2027-01-14",
            "visit-1-exit": "2027-01-18",
            "visit-2-entry": "2027-03-09",
            "visit-2-procedure-1": "2027-03-11",
            "visit-2-procedure-2": "2027-03-15",
            "visit-2-exit": "2027-03-16",
        }.items()
    }
    assert days(timeline()) == day | {
        "letters": (None, "2027-02-20"),
        "paper-3-funds-proof": (None, "2027-02-10"),
        "paper-5-visa-application": (None, "2027-02-21"),
        "paper-6-combined-form": (None, "2027-02-20"),
        "filing-window": ("2026-11-24", "2026-12-28"),
        "decision": ("2026-12-14", None),
        "visa-use": (None, "2029-12-14"),
        "visit-1-report": ("2027-01-18", None),
        "culture-1-1": ("2027-01-14", "2027-02-25"),
        "injection-1-1": ("2027-02-25", None),
        "visit-2-window": ("2027-02-23", "2029-12-14"),
        "visit-2-report": ("2027-03-16", None),
        "phase-1": ("2027-03-11", "2027-03-24"),
        "phase-2": ("2027-03-25", "2027-04-21"),
        "phase-3": ("2027-04-22", "2027-06-02"),
        "phase-4": ("2027-06-03", None),
    }


class TestFiling:
    """The filing window."""

    @pytest.mark.parametrize(
        ("as_of", "entry", "expected"),
        [
            ("2026-11-20", "2027-01-12", ("2026-11-20", "2026-12-28")),
            # Sunday, then Labour Thanksgiving Day in Japan
            ("2026-11-22", "2027-01-12", ("2026-11-24", "2026-12-28")),
            # Spring Festival: no working day from the 5th to the 11th of February, and the 11th is one of Japan's too
            ("2027-02-06", "2027-02-26", ("2027-02-12", "2027-02-17")),
            ("2027-01-04", "2027-02-15", ("2027-01-04", "2027-01-29")),
            # Golden Week and the Chinese days of May
            ("2027-04-01", "2027-05-10", ("2027-04-01", "2027-04-26")),
        ],
    )
    def test_holidays_of_both_countries_count_as_closed(
        self, edit: Edit, as_of: str, entry: str, expected: tuple[str, str]
    ) -> None:
        case = load_case(edit({"/attachments": []})).case
        visits = (replace(case.treatment.visits[0], entry_date=date.fromisoformat(entry)),)
        letter = replace(case.visa, letter_date=date.fromisoformat(as_of) - timedelta(days=1))
        case = replace(case, visa=letter, treatment=replace(case.treatment, visits=visits))
        filing = make_timeline(case, date.fromisoformat(as_of)).filing
        assert (filing.earliest.isoformat(), filing.latest.isoformat()) == expected

    @settings(max_examples=settings().max_examples // 4)
    @given(data=st.data())
    def test_a_day_of_the_window_is_one_on_which_every_rule_is_quiet(self, data: st.DataObject) -> None:
        case, as_of = data.draw(cases()), data.draw(near)
        window = make_timeline(case, as_of).filing
        edge = data.draw(st.sampled_from([window.earliest, window.latest]))  # there, a mistake would show
        planned = edge + timedelta(days=data.draw(st.integers(-4, 4)))
        case = replace(case, visa=replace(case.visa, filing_date=planned))
        filing = make_timeline(case, as_of).filing
        checks = load_checks()
        quiet = not [rule for rule in OF_FILING if list(checks[rule](case, as_of))]
        assert filing.fits == quiet

    @settings(max_examples=settings().max_examples // 4)
    @given(data=st.data())
    def test_the_ends_of_the_window_are_days_of_it(self, data: st.DataObject) -> None:
        case, as_of = data.draw(cases()), data.draw(near)
        filing = make_timeline(case, as_of).filing
        for day in (filing.earliest, filing.latest) if filing.is_open else ():
            assert make_timeline(replace(case, visa=replace(case.visa, filing_date=day)), as_of).filing.fits

    def test_a_window_without_a_day_has_a_note(self, edit: Edit) -> None:
        found = timeline(edit({"/attachments/2/issued_on": "2026-08-01"}))
        assert not found.filing.is_open
        assert not found.filing.fits
        window = step(found, "filing-window")
        assert (window.start, window.end) == (None, None)
        assert window.note
        assert "No day is left" in window.note.en

    def test_a_planned_day_outside_has_a_note(self, edit: Edit) -> None:
        for day in ("2026-12-05", "2027-01-04", "2026-11-20"):
            found = timeline(edit({"/visa/filing_date": day}))
            note = step(found, "filing").note
            assert found.filing.is_open
            assert note
            assert "not in the filing window" in note.en
        assert step(timeline(), "filing").note is None

    def test_the_validity_that_a_paper_states_itself_counts(self, edit: Edit) -> None:
        found = timeline(edit({"/attachments/2/valid_until": "2026-12-10"}))
        assert days(found)["paper-3-funds-proof"] == (None, "2026-12-10")
        assert found.filing.latest == date(2026, 12, 10)

    def test_passport_and_photo_have_terms_of_their_own(self, edit: Edit) -> None:
        found = timeline(edit({"/attachments/1/issued_on": "2026-01-05"}))
        assert not [each for each in found.steps if "photo" in each.id or "passport" in each.id]
        assert found.filing.is_open

    def test_a_companions_paper_is_distinguished_from_the_patients(self) -> None:
        titles = [
            step.title.en for step in timeline(EXAMPLES / "sun-yifan" / "case.json").steps if step.kind == "paper"
        ]
        assert len(titles) == len(set(titles))
        assert "Last day to file with: visa application form of companion 1" in titles

    def test_it_is_not_filed_before_every_paper_is_dated(self, edit: Edit) -> None:
        assert timeline(edit({"/attachments/2/issued_on": "2026-12-01"})).filing.earliest == date(2026, 12, 1)

    def test_a_single_entry_visa_is_not_applied_for_too_early(self) -> None:
        visa = replace(load_case(CHEN).case.visa, letter_date=date(2026, 8, 3), filing_date=date(2026, 10, 19))
        case = replace(load_case(CHEN).case, visa=visa, attachments=())
        filing = make_timeline(case, date(2026, 8, 3)).filing
        assert (filing.earliest, filing.fits) == (date(2026, 10, 26), False)  # 5 days later: 2026-11-02, +3 months


#: Days of a time for which the holidays of both countries are known well.
near = st.dates(date(2026, 9, 1), date(2027, 12, 31))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    case = load_case(WANG).case
    first = draw(near)
    visits = [
        replace(visit, entry_date=entry, exit_date=entry + timedelta(days=6))
        for visit, entry in zip(
            case.treatment.visits, (first, first + timedelta(days=draw(st.integers(7, 1200)))), strict=True
        )
    ]
    papers = tuple(
        replace(paper, issued_on=draw(st.none() | near), valid_until=draw(st.none() | near))
        for paper in case.attachments[2:]
    )
    visa = replace(
        case.visa, entries=draw(st.sampled_from(["single", "multiple"])), letter_date=draw(near), filing_date=draw(near)
    )
    return replace(case, visa=visa, attachments=papers, treatment=replace(case.treatment, visits=tuple(visits)))


class TestVisits:
    """The time between the visits."""

    def test_without_the_hospitals_figure_none_is_invented(self, edit: Edit) -> None:
        found = timeline(edit({"/treatment/culture_and_release_days": REMOVE}))
        culture = step(found, "culture-1-1")
        assert (culture.start, culture.end) == (date(2027, 1, 14), None)
        assert culture.note
        assert "figure is not given" in culture.note.en
        assert found.of_kind("injection") == []
        assert step(found, "visit-2-window").start is None

    def test_cells_that_are_not_cultured_need_no_time(self, edit: Edit) -> None:
        edits = {"/treatment/kind": "uncultured_svf", "/treatment/culture_and_release_days": REMOVE}
        found = timeline(edit(edits))
        assert found.of_kind("culture", "injection") == []
        assert step(found, "visit-2-window").start == date(2027, 1, 19)

    def test_a_single_entry_visa_is_used_up_by_the_first_visit(self, edit: Edit) -> None:
        found = timeline(edit({"/visa/entries": "single"}))
        application = step(found, "visit-2-application")
        assert (application.start, application.end) == (date(2027, 1, 19), date(2027, 3, 1))
        assert (application.rule, application.who) == ("DOC-09", "patient")
        assert step(found, "visit-2-window").end is None
        assert (step(found, "visa-use").end, step(found, "visa-use").rule) == (date(2027, 3, 14), "VIS-02")

    def test_no_time_for_another_application_has_a_note(self, edit: Edit) -> None:
        found = timeline(edit({"/visa/entries": "single", "/treatment/visits/1/entry_date": "2027-01-20"}))
        application = step(found, "visit-2-application")
        assert (application.start, application.end) == (None, None)
        assert application.note
        assert "No day is left" in application.note.en

    def test_a_multiple_entry_visa_is_no_promise(self) -> None:
        use = step(timeline(), "visa-use")
        assert use.note
        assert "if granted; the officer decides" in use.note.en
        assert timeline().of_kind("application") == []

    def test_the_guarantor_reports_each_exit(self) -> None:
        reports = timeline().of_kind("report")
        assert [(each.start, each.end, each.who, each.rule) for each in reports] == [
            (date(2027, 1, 18), None, "guarantor", "GUA-10"),
            (date(2027, 3, 16), None, "guarantor", "GUA-10"),
        ]


class TestRecovery:
    """The hospital's phases."""

    def test_without_phases_the_physician_explains(self) -> None:
        [last] = timeline(CHEN).of_kind("phase", "no_phases")
        assert (last.kind, last.start, last.end) == ("no_phases", None, None)
        assert last.note
        assert last.note.zh == "由医生在治疗后说明。"

    def test_without_a_dated_injection_there_are_no_dates(self, edit: Edit) -> None:
        found = timeline(edit({"/treatment/visits/1/procedures": [{"date": "2027-03-11", "step": "other"}]}))
        phases = found.of_kind("phase")
        assert [(each.start, each.end) for each in phases] == [(None, None)] * 4
        assert all(each.note and "has no day yet" in each.note.en for each in phases)

    def test_the_words_are_the_hospitals(self) -> None:
        texts = [phase.text for phase in load_case(WANG).case.treatment.return_to_sport]
        assert [each.text for each in timeline().of_kind("phase")] == texts


class TestWords:
    """The table of texts."""

    def test_every_kind_has_its_words_and_no_other(self) -> None:
        assert set(read_data("timeline")["kinds"]) == set(get_args(Kind))
        assert {entry["who"] for entry in read_data("timeline")["kinds"].values()} <= set(get_args(Who))
        assert set(read_data("timeline")["who"]) == set(get_args(Who))

    @pytest.mark.parametrize("path", [WANG, CHEN])
    def test_every_text_is_filled_in_three_languages(self, path: Path, edit: Edit) -> None:
        for found in (timeline(path), timeline(edit({"/visa/entries": "single"}))):
            for each in found.steps:
                for text in (each.title, each.calendar, each.note, each.weeks):
                    assert text is None or isinstance(text, Trilingual)
                    for language in LANGUAGES if text else ():
                        assert getattr(text, language).strip()
                        assert "{" not in getattr(text, language)

    def test_a_fact_has_its_source(self) -> None:
        facts = {"paper", "filing_window", "decision", "multiple_entry", "report", "culture", "injection"}
        for each in timeline().steps:
            assert (each.source is not None) == (each.rule is not None) == (each.kind in facts)
            assert (each.as_of is not None) == (each.source is not None)

    def test_each_reads_what_concerns_them(self) -> None:
        everything = {each.id for each in timeline().steps}
        patient, coordinator = (
            {each.id for each in timeline(audience=who).steps} for who in ("patient", "coordinator")
        )
        assert everything - patient == {"visit-1-report", "visit-2-report"}
        assert everything - coordinator == {"phase-1", "phase-2", "phase-3", "phase-4"}

    @pytest.mark.parametrize("path", [WANG, CHEN])
    def test_the_document_meets_its_schema(self, path: Path) -> None:
        errors = [error.message for error in validator("timeline").iter_errors(timeline_to_json(timeline(path)))]
        assert errors == []

    def test_columns_stand_below_each_other_in_each_language(self) -> None:
        lines = {language: list(table_of(timeline(), language)) for language in LANGUAGES}
        assert len({len(each) for each in lines.values()}) == 1
        assert "2026-11-24 – 2026-12-28  coordinator  Filing window" in lines["en"]
        assert "2026-11-24 – 2026-12-28  协调员        可递交期间" in lines["zh"]


class TestCalendarFile:
    """The calendar file."""

    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("path", [WANG, CHEN])
    def test_it_reads_back_as_the_steps(self, path: Path, language: Language) -> None:
        found = timeline(path)
        read = Calendar.from_ical(to_ics(found, language)).walk("VEVENT")
        events: dict[str, Any] = {str(event["UID"]): event for event in read}
        dated = [each for each in found.steps if (each.start or each.end) and each.calendar]
        assert list(events) == [f"{found.case_id}-{each.id}@visa-packet.example" for each in dated]
        for each, event in zip(dated, events.values(), strict=True):
            first = each.start or each.end
            assert first
            assert event["DTSTART"].dt == first
            assert event["DTEND"].dt == (each.end or first) + timedelta(days=1)
            assert event["DTSTAMP"].dt == datetime(2026, 11, 22, tzinfo=UTC)
            assert getattr(each.calendar, language) in str(event["SUMMARY"])

    def test_two_runs_give_the_same_bytes(self) -> None:
        assert to_ics(timeline(), "zh") == to_ics(timeline(), "zh")

    def test_lines_are_as_short_as_the_format_wants(self) -> None:
        content = to_ics(timeline(), "ja")
        assert content.endswith(b"END:VCALENDAR\r\n")
        assert all(len(line) <= 75 for line in content.split(b"\r\n"))

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_it_says_nothing_of_the_person(self, language: Language) -> None:
        text = re.sub("\r\n ", "", to_ics(timeline(), language).decode())
        names = (
            "みほん",
            "あおば",
            "高橋",
            "Takahashi",
            "Mihon",
            "虚构",
            "东京",
            "休息",
            "足球",
            "注射",
            "投与",
            "Injection",
            "harvest",
        )
        assert [word for word in (*PERSONAL, *names) if word in text] == []

    def test_its_own_file_is_known(self) -> None:
        assert is_own_ics(to_ics(timeline(), "en"))
        assert not is_own_ics(b"BEGIN:VCALENDAR\r\nPRODID:-//another//\r\nEND:VCALENDAR\r\n")


class TestPicture:
    """The picture."""

    def test_it_is_170_mm_wide_at_300_dots_an_inch(self) -> None:
        picture = Image.open(io.BytesIO(draw_png(timeline(), "zh")))
        assert picture.width == round(170 / 25.4 * 300)
        assert [round(dots) for dots in picture.info["dpi"]] == [300, 300]
        assert picture.height < picture.width

    def test_areas_have_their_exact_colours(self) -> None:
        """A file of numbered colours may hold one that is nearly white in place of white."""
        shown = Image.open(io.BytesIO(draw_png(timeline(), "zh"))).convert("RGB")
        largest = sorted(shown.getcolors(1 << 20) or [], reverse=True)[:3]
        assert {colour for _, colour in largest} >= {(255, 255, 255), (242, 244, 247)}

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_two_runs_give_the_same_bytes(self, language: Language) -> None:
        assert draw_png(timeline(), language) == draw_png(timeline(), language)

    def test_languages_differ(self) -> None:
        assert len({draw_png(timeline(), language) for language in LANGUAGES}) == 3

    def test_the_rows_are_those_of_the_plan(self) -> None:
        assert [(row.kind, row.label, row.days) for row in picture_rows(timeline(), "zh")] == [
            ("filing", "递交签证申请", "11月24日 – 12月28日（预定12月7日）"),
            ("decision", "审查", "最早12月14日"),
            ("visit", "第1次来日", "1月12日 – 1月18日"),
            ("culture", "培养及质量检验", "1月14日 – 2月25日"),
            ("visit", "第2次来日", "3月9日 – 3月16日"),
            ("phase", "重返运动 第0–2周", "3月11日 – 3月24日"),
            ("phase", "重返运动 第2–6周", "3月25日 – 4月21日"),
            ("phase", "重返运动 第6–12周", "4月22日 – 6月2日"),
            ("phase", "重返运动 第12周起", "6月3日 起"),
        ]

    def test_without_a_window_the_planned_day_is_shown(self, edit: Edit) -> None:
        row = next(picture_rows(timeline(edit({"/attachments/2/issued_on": "2026-08-01"})), "zh"))
        assert (row.days, row.start, row.end) == ("12月7日", date(2026, 12, 7), date(2026, 12, 7))

    @pytest.mark.parametrize("path", [WANG, CHEN])
    def test_every_bar_has_its_colour_in_the_picture(self, path: Path) -> None:
        from pipeline.visa.timeline import picture as module  # noqa: PLC0415

        shown = Image.open(io.BytesIO(draw_png(timeline(path), "zh"))).convert("RGB")
        seen = {colour for _, colour in shown.getcolors(1 << 20) or []}
        kinds = {row.kind for row in picture_rows(timeline(path), "zh")}
        wanted = {tuple(bytes.fromhex(module._COLOURS[kind][1:])) for kind in kinds}
        assert wanted <= seen

    @pytest.mark.parametrize("change", [lambda c: c, lambda c: c[:-1]])
    def test_its_own_file_is_known(self, change: Callable[[bytes], Any]) -> None:
        assert is_own_png(change(draw_png(timeline(), "en")))
        other = io.BytesIO()
        Image.new("RGB", (4, 4)).save(other, "PNG")
        assert not is_own_png(other.getvalue())
