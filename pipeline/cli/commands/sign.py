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
from pipeline.publish.sign_file import require_signing, sign_file


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
    require_signing()
    return sign_file(bundle, field, p12, lambda: read_password(password_file, P12_PASSWORD))
