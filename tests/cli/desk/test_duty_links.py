"""Each duty leads to the screen on which it is done."""

from __future__ import annotations

import json
import re

import pytest

from pipeline.case.base import Trilingual
from pipeline.cli.desk.desk_folder import DeskFolder
from pipeline.cli.desk.duty_links import duty_link, duty_words
from pipeline.run.overview.duties import Action, Duty
from tests.support.asgi import Client

WHAT = Trilingual(ja="内容", en="something", zh="内容")


@pytest.mark.parametrize(
    ("action", "pointer", "link"),
    [
        ("correct", "/patient/phone", "#/patient/phone"),
        ("correct", "/attachments/3/issued_on", "/papers#paper-3"),
        ("correct", None, ""),
        ("answer", "/treatment/visits/1/entry_date", "#/treatment/visits/1/entry_date"),
        ("supply", None, "/papers"),
        ("renew", "/attachments/0", "/papers#paper-0"),
        ("compare", "/attachments/6", "/papers#paper-6"),
        ("fill", None, ""),
        ("sign", None, "/done"),
        ("file", None, "/done"),
    ],
)
def test_a_duty_leads_to_where_it_is_done(action: Action, pointer: str | None, link: str) -> None:
    assert duty_link(Duty("agency", action, WHAT, pointer)) == link


def test_a_mistake_has_its_field_in_place_of_the_line_of_the_file() -> None:
    what = Trilingual(ja="誤り (case.json:12:5)", en="a mistake (case.json:12:5)", zh="错误 (case.json:12:5)")
    assert duty_words(Duty("agency", "correct", what, "/patient/phone"), "en").endswith(
        "a mistake (Patient › Telephone)"
    )


def test_list_and_finish_link_every_duty(client: Client, case: str, folder: DeskFolder) -> None:
    [path] = folder.cases().values()
    data = json.loads(path.read_text(encoding="utf-8"))
    del data["patient"]["birth_date"]
    del data["attachments"][0]
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    done = client.get(f"{case}/done?lang=en").text
    assert f'<a href="{case}#/patient/birth_date">' in done
    assert re.search(f'<a href="{case}/papers">[^<]*[Pp]assport', done)
    assert f'<a href="{case}#/patient/birth_date">' in client.get("/cases?lang=en").text, "its row is known by now"
