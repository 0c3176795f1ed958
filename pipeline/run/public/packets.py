"""Public functions on packets that were built."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.errors import InputError, Problem
from pipeline.formats.messages import worded_problem
from pipeline.publish.sign_file import sign_file
from pipeline.publish.verify.changes import CurrentInputs
from pipeline.publish.verify.verify import Verified, verify_path
from pipeline.run.public.arguments import StrPath, file_of, path_of, public
from pipeline.run.signed_entries import signable_manifest, signed_entries


@public
def verify_packet(
    packet: StrPath,
    *,
    case: StrPath | None = None,
    directory: StrPath | None = None,
    templates: StrPath | None = None,
    password: str | None = None,
    trust: bytes | None = None,
) -> Verified:
    """Check a packet, its folder or its bundle.pdf, against its manifest. Return the manifest and the signatures.

    With ``case``, also check that the case, its papers and the directory have not changed since the build. ``trust``
    are certificates (PEM or DER) of the authorities that certify signers. Raise VerificationError with all differences.

    >>> verify_packet("out/xu-wenjing", case="examples/xu-wenjing").manifest.case_id
    'xu-wenjing'
    """
    file = None if case is None else file_of(case)
    current = CurrentInputs(file, path_of(directory), None if templates is None else str(templates))
    return verify_path(Path(packet), current, password=password, roots=trust)


@dataclass(frozen=True, slots=True)
class SignedEntries:
    """Entries for the attachments of a case, and why other documents have none."""

    entries: tuple[dict[str, str], ...]
    problems: tuple[Problem, ...]


@public
def read_signed_entries(packet: StrPath, documents: Sequence[str] = ()) -> SignedEntries:
    """Return the entries of a case for the signed originals of documents; by default of all that need a signature.

    ``add_signed`` writes the entry itself; this is for programs that keep the cases elsewhere.

    >>> entries = read_signed_entries("out/xu-wenjing", ["letter-of-guarantee"]).entries
    >>> entries[0]["path"]
    'papers/signed-letter-of-guarantee.pdf'
    """
    manifest = signable_manifest(Path(packet))
    known = sorted({row.document for row in manifest.documents})
    if unknown := sorted({*documents} - {*known}):
        problem = worded_problem("add-document", room="run", person="patient", documents=", ".join(known))
        raise InputError(replace(problem, file=unknown[0]))
    entries, problems = signed_entries(manifest, Path(packet), documents)
    return SignedEntries(tuple(entries), tuple(problems))


@public
def sign_bundle(bundle: StrPath, field: str, p12: StrPath, password: str) -> list[str]:
    """Sign a bundle digitally, in the fields that ``signature_fields`` of a build made. Return the names of the fields.

    ``bundle`` is a bundle.pdf or the folder of a packet; ``field`` is a signer, such as ``hospital``, for all of its
    empty fields, or one of them. ``p12`` has key and certificate of the signer (PKCS #12), ``password`` opens it. Needs
    the extra ``sign``.
    """
    return sign_file(Path(bundle), field, Path(p12), lambda: password)
