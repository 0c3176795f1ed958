"""visa-packet sign"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import click

from pipeline.cli.many import attempt
from pipeline.cli.options import json_option
from pipeline.cli.passwords import read_password
from pipeline.cli.report import Report, emit, told
from pipeline.errors import InputError, Problem
from pipeline.lock import locked
from pipeline.manifest import BUNDLE_NAME, MANIFEST_NAME
from pipeline.protect import is_encrypted
from pipeline.publish import publish_file
from pipeline.verify import verify_path

#: Environment variable with the password of the .p12 file.
P12_PASSWORD = "VISA_PACKET_P12_PASSWORD"  # noqa: S105 - the name of a variable


@click.command(short_help="Sign a bundle digitally, in the fields at its seal boxes.")
@click.argument("bundle", type=click.Path(path_type=Path))
@click.option(
    "--field",
    required=True,
    metavar="NAME",
    help="Who signs, such as hospital: all empty fields of theirs; or one field, such as hospital.invitation-letter.",
)
@click.option(
    "--p12",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The signer's key and certificate (PKCS #12: .p12 or .pfx).",
)
@click.option(
    "--password-file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help=f"File with the password of the .p12; else ${P12_PASSWORD}, else it is asked for.",
)
@json_option
def sign(bundle: Path, field: str, p12: Path, password_file: Path | None, as_json: bool) -> int:
    """Sign BUNDLE, a bundle.pdf or the folder of a packet, that was built with --signature-fields (PAdES).

    Signatures that are there stay valid, and so does the packet: `visa-packet verify` tells who signed what. A bundle
    beside its manifest is verified first. Needs the extra [sign]. Nothing is asked of the network.

    \b
    Example:
      visa-packet sign out/wang-xiaoming/bundle.pdf --field hospital --p12 hospital.p12
    """
    outcome = attempt(lambda: _sign(bundle, field, p12, password_file))
    fields = outcome.value or []
    result: dict[str, Any] = {
        "path": str(bundle),
        "fields": fields,
        "problems": [told(problem) for problem in outcome.problems],
    }
    emit(Report("sign", outcome.code, (), [result]), as_json=as_json)
    if fields and not as_json:
        click.echo(f"{bundle}: signed in {', '.join(fields)}")
    return outcome.code


def _sign(bundle: Path, field: str, p12: Path, password_file: Path | None) -> list[str]:
    signing = signing_module()
    path = bundle / BUNDLE_NAME if bundle.is_dir() else bundle
    content, key = _read(path, "sign-bundle"), _read(p12, "sign-key")
    if is_encrypted(content):
        message, hint = "the bundle is encrypted", "sign it first: build it without --encrypt"
        raise InputError(Problem("sign-encrypted", "error", message, hint, str(path)))
    signer = signing.load_signer(key, read_password(password_file, P12_PASSWORD, "Password of the .p12 file"))
    with locked(path.parent.resolve().parent):
        if (path.parent / MANIFEST_NAME).is_file():
            verify_path(path)
        signed, fields = signing.sign(content, field, signer)
        publish_file(signed, path, lambda before: before == content)
    names: list[str] = fields
    return names


def signing_module() -> Any:
    """The module that signs. Raises InputError when the extra is not installed."""
    try:
        return importlib.import_module("pipeline.sign")
    except ImportError:
        message = "signing needs libraries that are not installed"
        raise InputError(Problem("extra-missing", "error", message, "pip install 'visa-packet[sign]'")) from None


def _read(path: Path, code: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise InputError(
            Problem(code, "error", f"the file cannot be read: {reason}", "check its name", str(path))
        ) from None
