"""The questions of ``visa-packet new``: the few things that decide about the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from pipeline.case.directory import HospitalEntry, ListedEntry
from pipeline.cli.prompts import ask_choice, ask_number, ask_text, prompt_text
from pipeline.cli.terminal import print_line
from pipeline.language import SEPARATORS, Language
from pipeline.run.case_folder.answers import checked_value
from pipeline.run.case_folder.fields import find_field
from pipeline.run.case_folder.offer import Offer, covering_plans
from pipeline.run.case_folder.start import CaseStart, province_of

#: The most companions and visits of a case, as its schema says.
MOST_COMPANIONS, MOST_VISITS = 9, 12


@dataclass(frozen=True, slots=True)
class StartQuestions:
    """Asks what a start does not say yet."""

    offer: Offer
    language: Language

    def ask(self, start: CaseStart) -> CaseStart:
        """Return the start with the answers."""
        print_line(self._text("opening"), err=True)
        for field in ("chinese_name", "surname", "given_names"):
            if not getattr(start, field):
                changes: dict[str, Any] = {field: self._name(field) or ""}
                start = replace(start, **changes)
        start = self._home(start)
        start = self._number(start, "companions", 0, MOST_COMPANIONS)
        start = self._treatment(start)
        start = self._number(start, "visits", 1, MOST_VISITS)
        names = self.offer.names("guarantor")
        if start.guarantor is None and names:
            start = replace(start, guarantor=ask_choice(self._text("guarantor"), names, self.language))
        if not names and not self.offer.hospitals:
            print_line(self._text("no_directory"), err=True)
        return start

    def _text(self, name: str, **parts: object) -> str:
        return prompt_text(name, self.language, **parts)

    def _name(self, field: str) -> str | None:
        pointer = f"/patient/name/{field.removesuffix('_name')}"
        return ask_text(self._text(field), _checked(pointer), self.language)

    def _home(self, start: CaseStart) -> CaseStart:
        if start.address is None and start.province is None:
            address = ask_text(self._text("address"), _checked("/patient/address/text"), self.language)
            is_province = address is not None and len(address) <= _LONGEST_PROVINCE and province_of(address) is not None
            start = replace(start, province=address) if is_province else replace(start, address=address)
        if start.address is not None and start.province is None and province_of(start.address) is None:
            about = SEPARATORS[self.language].join(find_field("/patient/address/province").choices("zh"))
            province = ask_text(self._text("province"), _checked("/patient/address/province"), self.language, about)
            start = replace(start, province=province)
        return start

    def _number(self, start: CaseStart, name: str, first: int, last: int) -> CaseStart:
        if getattr(start, name) is not None:
            return start
        changes: dict[str, Any] = {name: ask_number(self._text(name), first, last, self.language)}
        return replace(start, **changes)

    def _treatment(self, start: CaseStart) -> CaseStart:
        """Ask for condition, hospital and treatment: each answer shortens the choices of the next question."""
        if start.condition is None:
            start = replace(start, condition=self._kind("condition"))
        if start.hospital is None and self.offer.hospitals:
            start = replace(start, hospital=ask_choice(self._text("hospital"), self._hospitals(start), self.language))
        plans = covering_plans(self.offer.plans(start.hospital), start.condition, start.treatment, start.route)
        if start.treatment is not None or len(plans) == 1:
            return start
        kinds = dict.fromkeys(kind for plan in plans for kind in plan.kinds)
        return replace(start, treatment=self._kind("treatment", list(kinds)))

    def _kind(self, name: str, first: list[str] | None = None) -> Any:
        """Ask for a kind of condition or of treatment; those of ``first`` are above the others."""
        field = find_field(f"/{name}/kind")
        labels = field.choices(self.language)
        choices = {kind: labels[kind] for kind in dict.fromkeys([*(first or []), *labels])}
        return ask_choice(self._text(name), choices, self.language, field.value_of)

    def _hospitals(self, start: CaseStart) -> dict[str, str]:
        """Return the names of the hospitals, those with a plan for the condition first."""
        remarks = {
            listed.id: bool(covering_plans(listed.entry.plans, start.condition)) for listed in self.offer.hospitals
        }
        names = self.offer.names("hospital")
        names = {each.id: f"{names[each.id]}, {self._place(each)}" for each in self.offer.hospitals}
        words = {True: self._text("with_plan"), False: self._text("without_plan")}
        return {
            entry_id: f"{names[entry_id]}  {words[has_plan] if start.condition else ''}".rstrip()
            for entry_id, has_plan in sorted(remarks.items(), key=lambda each: not each[1])
        }

    def _place(self, hospital: ListedEntry[HospitalEntry]) -> str:
        prefecture = hospital.entry.prefecture
        return prefecture.en if self.language == "en" else prefecture.ja


#: Characters of the longest name of a province with its kind: 新疆维吾尔自治区.
_LONGEST_PROVINCE = 8


def _checked(pointer: str) -> Callable[[str], Any]:
    return lambda answer: checked_value(pointer, answer)
