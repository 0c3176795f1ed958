"""visa-packet sign"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from pipeline.cli.outcome import attempt
from pipeline.cli.output import CommandReport, emit, problem_to_json
from pipeline.cli.passwords import P12_PASSWORD, password_file_option, read_password
from pipeline.cli.shared_options import json_option
from pipeline.cli.terminal import print_line
from pipeline.errors import InputError, Problem, load_extra, system_reason
from pipeline.formats.files import is_folder, read
from pipeline.packet.file_names import BUNDLE_NAME, MANIFEST_NAME
from pipeline.publish.folder import publish_file
from pipeline.publish.output_lock import lock_output
from pipeline.publish.signing.signing_client import sign_limited
from pipeline.publish.signing.signing_messages import SignRequest
from pipeline.publish.verify.verify import verify_path

_MAX_BYTES = 1_000_000_000


@click.command(short_help="Sign a bundle digitally, in the signature fields at its seal boxes.")
@click.argument("bundle", type=click.Path(path_type=Path))
@click.option(
    "--field",
    required=True,
    metavar="NAME",
    help="Signer, such as hospital, for all of its empty fields; or one field, such as hospital.invitation-letter.",
)
@click.option(
    "--p12",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Key and certificate of the signer (PKCS #12: .p12 or .pfx).",
)
@password_file_option("of the .p12", P12_PASSWORD)
@json_option
def sign(bundle: Path, field: str, p12: Path, password_file: Path | None, as_json: bool) -> int:
    """Sign BUNDLE, a bundle.pdf or the folder of a packet, that was built with --signature-fields (PAdES).

    Earlier signatures and the packet stay valid; `visa-packet verify` lists the signatures. A bundle beside its
    manifest is verified first. Requires the extra [sign]. The network is not used.

    \b
    Example:
      visa-packet sign out/wang-xiaoming/bundle.pdf --field hospital --p12 hospital.p12
    """
    outcome = attempt(lambda: _sign(bundle, field, p12, password_file))
    fields = outcome.value or []
    result: dict[str, Any] = {
        "path": str(bundle),
        "fields": fields,
        "problems": [problem_to_json(problem) for problem in outcome.problems],
    }
    emit(CommandReport("sign", outcome.code, (), [result]), as_json=as_json)
    if fields and not as_json:
        print_line(f"{bundle}: signed in {', '.join(fields)}")
    return outcome.code


def _sign(bundle: Path, field: str, p12: Path, password_file: Path | None) -> list[str]:
    load_extra("pyhanko", "sign", "signing")
    path = bundle / BUNDLE_NAME if is_folder(bundle) else bundle
    content, key = _read(path, "sign-bundle"), _read(p12, "sign-key")
    request = SignRequest(content, field, key, read_password(password_file, P12_PASSWORD))
    with lock_output(path.parent.resolve().parent):
        if (path.parent / MANIFEST_NAME).is_file():
            verify_path(path)
        signed = sign_limited(request)
        publish_file(signed.bundle, path, lambda before: before == content)
    return list(signed.fields)


def _read(path: Path, code: str) -> bytes:
    try:
        content = read(path, _MAX_BYTES)
    except OSError as error:
        reason = system_reason(error)
    else:
        if len(content) <= _MAX_BYTES:
            return content
        reason = f"it is larger than {_MAX_BYTES // 1_000_000} MB"
    raise InputError(Problem(code, "error", f"the file cannot be read: {reason}", "check its name", str(path)))
