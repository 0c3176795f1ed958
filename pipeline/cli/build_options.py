"""The options of ``build`` that say what a packet is to be like."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import click

from pipeline.cli.passwords import PASSWORD, password_file_option, read_password
from pipeline.cli.shared_options import Function, Size

_DECORATORS = (
    click.option(
        "--right-hand-pages",
        is_flag=True,
        help="Begin each document on a right-hand page, after a blank one if need be, for printing on both sides.",
    ),
    click.option(
        "--max-size",
        "max_bytes",
        type=Size(),
        metavar="SIZE",
        help="Largest bundle for upload or mail, such as 5MB: papers become coarser, then the bundle is split.",
    ),
    click.option(
        "--signature-fields", is_flag=True, help="Put fields for digital signatures where seals go (visa-packet sign)."
    ),
    click.option(
        "--recipient-copy",
        is_flag=True,
        help="Make recipient-copy.pdf too: the documents with masked identity numbers, to be shown to third parties.",
    ),
    click.option(
        "--encrypt",
        is_flag=True,
        help=f"Encrypt every PDF (AES-256) and leave out the Word files. The password is that of --password-file or "
        f"${PASSWORD}, or is asked for.",
    ),
    password_file_option("for --encrypt"),
)


def packet_options(command: Function) -> Function:
    """Add these options; the command gets them in one dictionary, ``packet``, named as in ``BuildOptions``."""

    @functools.wraps(command)
    def collected(*arguments: Any, **given: Any) -> Any:
        names = ("right_hand_pages", "max_bytes", "signature_fields", "recipient_copy")
        packet = {name: given.pop(name) for name in names}
        packet["password"] = _password(given.pop("password_file"), encrypt=given.pop("encrypt"))
        if packet["password"] is not None and packet["signature_fields"]:
            message = "--signature-fields does not go with --encrypt: what is signed cannot be encrypted afterwards"
            raise click.UsageError(message)
        return command(*arguments, packet=packet, **given)

    decorated: Any = collected
    for decorator in reversed(_DECORATORS):
        decorated = decorator(decorated)
    with_options: Function = decorated
    return with_options


def _password(file: Path | None, *, encrypt: bool) -> str | None:
    if file is not None and not encrypt:
        raise click.UsageError("--password-file goes with --encrypt")
    return read_password(file, PASSWORD, confirm=True) if encrypt else None
