"""Letters to people who have something to do, and cases with one id, on the page."""

from __future__ import annotations

import io
import shutil
import zipfile
from email import message_from_bytes
from email.policy import default

from pipeline.cli.desk.desk_folder import DeskFolder
from tests.cli.desk.test_app import checked_list
from tests.support.asgi import Client


def test_each_person_with_something_to_do_has_a_letter(client: Client, case: str, folder: DeskFolder) -> None:
    page = client.get(f"{case}/done?lang=en").text
    assert f"{case}/letters/hospital.eml" in page
    letter = client.get(f"{case}/letters/hospital.eml")
    assert letter.headers["content-disposition"] == 'attachment; filename="hospital.eml"'
    message = message_from_bytes(letter.body, policy=default)
    assert "wang-xiaoming" in message["Subject"]
    assert message["Content-Language"] == "ja", "in the language of its reader"
    for nobody in ("nobody", "..", "hospital.eml%00"):
        assert client.get(f"{case}/letters/{nobody}.eml").status == 404

    shutil.copytree(folder.path / "wang-xiaoming", folder.path / "another")
    with zipfile.ZipFile(io.BytesIO(client.get("/letters.zip").body)) as archive:
        names = archive.namelist()
        assert archive.read("wang-xiaoming-hospital.eml") == letter.body
    assert "another-hospital.eml" in names


def test_cases_with_one_id_are_marked(client: Client, folder: DeskFolder) -> None:
    shutil.copytree(folder.path / "wang-xiaoming", folder.path / "another")
    page = checked_list(client)
    assert page.count('class="badge failed"') == 2
    assert ">another<" in page
    assert ">wang-xiaoming<" in page
    assert str(folder.path) not in page
