"""Passwords from a file, an environment variable or a prompt; never from the command line, which others can see."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from pipeline.errors import InputError, Problem

#: Environment variable with the password of an encrypted packet.
PASSWORD = "VISA_PACKET_PASSWORD"  # noqa: S105 - the name of a variable
#: Environment variable with the password of a signer's .p12 file.
P12_PASSWORD = "VISA_PACKET_P12_PASSWORD"  # noqa: S105 - as above


def password_file_option(whose: str, variable: str = PASSWORD) -> Callable[[Any], Any]:
    """Return the option for a file with a password."""
    return click.option(
        "--password-file",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help=f"File with the password {whose} in its first line; by default the password in ${variable}.",
    )


def read_password(file: Path | None, variable: str, *, confirm: bool = False) -> str:
    """Return the password in the first line of ``file``, else in the environment ``variable``, else from a prompt.

    Raises InputError if the file contains no password, or if there is no terminal for the prompt.
    """
    if file is not None:
        return _of_file(file)
    if os.environ.get(variable):
        return os.environ[variable]
    if not sys.stdin.isatty():
        message = "a password is required, and there is no terminal to ask for it"
        hint = f"use --password-file, or set {variable}"
        raise InputError(Problem("password", "error", message, hint))
    typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=confirm, err=True)
    return typed


def _of_file(file: Path) -> str:
    try:
        password = file.read_text(encoding="utf-8").split("\n", 1)[0].rstrip("\r")
    except (OSError, UnicodeDecodeError):
        password = ""
    if not password:
        message, hint = "the file contains no password", "write the password in its first line, as UTF-8"
        raise InputError(Problem("password", "error", message, hint, str(file)))
    return password
