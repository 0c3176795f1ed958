"""Signs the bundle of a published packet in its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pipeline.errors import InputError, Problem, load_extra, system_reason
from pipeline.formats.files import is_folder, read
from pipeline.packet.file_names import BUNDLE_NAME, MANIFEST_NAME
from pipeline.publish.folder import publish_file
from pipeline.publish.output_lock import lock_output
from pipeline.publish.signing.signing_client import sign_limited
from pipeline.publish.signing.signing_messages import SignRequest
from pipeline.publish.verify.verify import verify_path

_MAX_BYTES = 1_000_000_000


def require_signing() -> None:
    """Raise InputError if the library for signatures is not installed."""
    load_extra("pyhanko", "sign", "signing")


def sign_file(bundle: Path, field: str, p12: Path, password: Callable[[], str]) -> list[str]:
    """Sign a bundle, or that of the packet in a folder. Return the names of the fields.

    ``password`` is called when both files have been read.
    A bundle beside its manifest is verified first. Raises InputError, VerificationError or OutputError, and changes
    nothing then.
    """
    require_signing()
    path = bundle / BUNDLE_NAME if is_folder(bundle) else bundle
    content, key = _read(path, "sign-bundle"), _read(p12, "sign-key")
    request = SignRequest(content, field, key, password())
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
