"""What the command prints cannot control a terminal, and nothing but the command prints."""

from __future__ import annotations

import json
import logging
import sys
import threading
import warnings
from pathlib import Path

import pytest

from pipeline.cli.crash import own_messages_only
from pipeline.cli.terminal import Styled, print_json, print_line
from tests.support.cases import EXAMPLES
from tests.support.run import Command

#: A title of the window, a line of its own, right to left, a colour in one byte, a byte that is no UTF-8.
EVIL = "a\x1b]0;title\x07\nerror bug\u202e\x9b31m\udcff"
SEEN = r"a\x1b]0;title\x07\nerror bug\u202e\x9b31m\udcff"
CASE = EXAMPLES / "xu-wenjing" / "case.json"


def test_a_line_is_one_line_without_control_characters(capfd: pytest.CaptureFixture[str]) -> None:
    print_line(Styled(EVIL, "red", bold=True), f" {EVIL} 陳　é\u00a0", err=True)
    assert capfd.readouterr() == ("", f"{SEEN} {SEEN} 陳　é\u00a0\n")


def test_json_is_the_same_value_without_control_characters(capfd: pytest.CaptureFixture[str]) -> None:
    for indent in (None, 2):
        print_json({EVIL: ["\U000e0001陳\x7f"]}, indent)
        out, _ = capfd.readouterr()
        assert json.loads(out) == {EVIL: ["\U000e0001陳\x7f"]}
        assert "陳" in out
        assert all(character.isprintable() or character == "\n" for character in out)


COMMANDS = {
    "validate": ("{}",),
    "validate a folder": ("validate", "{}/none"),
    "build": ("{}", "-o", "{}"),
    "build a case": ("build", CASE, "-o", "{}"),
    "build with templates": ("build", CASE, "--templates", "{}"),
    "build on a cluster": ("build", CASE, "--scheduler", "{}"),
    "build to an address": ("build", CASE, "-o", "s4://{}"),
    "build with an option": ("build", CASE, "--{}"),
    "import": ("{}", "--mapping", "{}"),
    "import a table": ("import", "{}.csv", "--mapping", EXAMPLES / "table" / "mapping.json"),
    "status": ("{}",),
    "signed": ("none/{}",),
    "match": ("{}",),
    "timeline": ("{}",),
    "timeline to a file": ("timeline", CASE, "--png", "{}"),
    "verify": ("none/{}",),
    "sign": ("none/{}", "--field", "a", "--p12", "{}"),
    "form": ("inspect", "{}"),
    "schema": ("{}",),
    "rules": ("{}",),
    "templates": ("check", "{}"),
    "templates list": ("templates", "list", "{}"),
    "templates new": ("templates", "new", "{}", "--in", "{}"),
    "templates preview": ("templates", "preview", "{}", "--case", "{}"),
    "no command": ("{}",),
}


@pytest.mark.parametrize("mode", [(), ("--json",)])
@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_prints_control_characters_of_its_arguments(
    visa_packet: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, mode: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(EVIL).write_text(EVIL, encoding="utf-8", errors="surrogateescape")
    Path(f"{EVIL}.csv").write_text("a\0b", encoding="utf-8")
    first, *more = COMMANDS[name]
    words = (first, *more) if " " in name else (name, first, *more)
    run = visa_packet(*(str(word).replace("{}", EVIL) for word in words), *mode)
    assert run.code not in {0, 70}, run.err
    assert all(character.isprintable() or character in "\n　" for character in run.out + run.err)
    assert "\\x1b]0;title" in run.err


def test_libraries_print_nothing(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    monkeypatch.setattr(warnings, "_showwarnmsg_impl", lambda message: sys.stderr.write(str(message)))

    def fail() -> None:
        raise ValueError("secret")

    with warnings.catch_warnings(), own_messages_only():
        warnings.simplefilter("always")
        warnings.warn("secret", stacklevel=1)
        logging.getLogger("some.library").error("secret")
        thread = threading.Thread(target=fail)
        thread.start()
        thread.join()
    out, err = capsys.readouterr()
    assert out == ""
    assert "secret" not in err
    assert err.startswith("error bug\n")
