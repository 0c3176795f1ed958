"""Passwords: from a file, an environment variable or a prompt; never from the command line, where others see them."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from pipeline.errors import InputError, Problem


def read_password(file: Path | None, variable: str, prompt: str, *, confirm: bool = False) -> str:
    """The password in the first line of ``file``, else of the environment ``variable``, else typed.

    Raises InputError when there is none: no terminal to ask at, or a file that cannot be read.
    """
    if file is not None:
        return _of_file(file)
    if os.environ.get(variable):
        return os.environ[variable]
    if not sys.stdin.isatty():
        message, hint = "a password is needed, and nobody can be asked", f"give --password-file, or set {variable}"
        raise InputError(Problem("password", "error", message, hint))
    typed: str = click.prompt(prompt, hide_input=True, confirmation_prompt=confirm, err=True)
    return typed


def _of_file(file: Path) -> str:
    try:
        password = file.read_text(encoding="utf-8").split("\n", 1)[0].rstrip("\r")
    except (OSError, UnicodeDecodeError):
        password = ""
    if not password:
        message, hint = "the file holds no password", "write the password in its first line, as UTF-8"
        raise InputError(Problem("password", "error", message, hint, str(file)))
    return password
