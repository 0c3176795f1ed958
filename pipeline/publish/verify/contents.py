"""Looking into the bundles of a packet. Only the limited process parses them: they contain papers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

import msgspec

from pipeline.bundle.manifest_rows import BundleRow
from pipeline.bundle.merge_client import limits_for
from pipeline.errors import PagePlace, Problem, VerificationError
from pipeline.publish.manifest import Manifest
from pipeline.publish.verify.check_messages import BundleCheck, BundleFindings, Finding
from pipeline.publish.verify.difference import FORCE_HINT, difference
from pipeline.system.atomic import sha256
from pipeline.system.limited_client import LIMITED, CallFailedError

_CHECK = "pipeline.publish.verify.check_task:answer_check"
_FINDINGS = msgspec.msgpack.Decoder(BundleFindings)


def prepare_verification() -> None:
    """Have the limited process load what verifying needs. Does not wait."""
    LIMITED.prepare(_CHECK)


def content_differences(
    files: Mapping[str, bytes], manifest: Manifest, password: str | None, key: bytes | None, *, fresh: bool
) -> Iterator[Problem]:
    """Yield the differences between the bundles and the manifest. A file with another hash is not looked into.

    Raises VerificationError if the password opens none of the bundles.
    """
    hashes = {output.path: output.sha256 for output in manifest.outputs}
    files = {path: content for path, content in files.items() if sha256(content) == hashes.get(path)}
    password = password if manifest.options.encrypted else None
    checks = [
        BundleCheck(
            bundle=files[row.path],
            row=row,
            case_id=manifest.case_id,
            documents={} if fresh else dict(_documents(files, row)),
            password=password,
            key=key,
            fresh=fresh,
        )
        for row in manifest.bundles
        if row.path in files
    ]
    found = {check.row.path: findings for check, findings in zip(checks, _look_into(checks), strict=True)}
    if found and all(findings.is_locked for findings in found.values()):
        raise VerificationError(
            difference("verify-password", "the password does not open the packet", "correct the password")
        )
    for path, findings in found.items():
        if findings.is_locked:
            yield difference("verify-unreadable", f"{path} has another password", FORCE_HINT)
        for each in findings.findings:
            problem = difference(each.code, each.message, FORCE_HINT)
            yield problem if each.page is None else replace(problem, place=PagePlace(path, each.page))


def _documents(files: Mapping[str, bytes], row: BundleRow) -> Iterator[tuple[str, bytes]]:
    """The PDFs of a bundle's documents by part id."""
    for part in row.page_map:
        own = re.compile(rf"documents/[0-9]+-{re.escape(part.id)}\.pdf")
        yield from ((part.id, files[name]) for name in filter(own.fullmatch, files))


def _look_into(checks: Sequence[BundleCheck]) -> list[BundleFindings]:
    """Return the findings of each bundle. One fork looks into all; if it fails, one looks into each."""
    if len(checks) > 1:
        with suppress(CallFailedError, msgspec.MsgspecError):
            return _ask(checks)
    return [_look_into_one(check) for check in checks]


def _look_into_one(check: BundleCheck) -> BundleFindings:
    try:
        return _ask([check])[0]
    except (CallFailedError, msgspec.MsgspecError) as error:
        is_slow = isinstance(error, CallFailedError) and error.seconds is not None
        reason = "reading it takes too long" if is_slow else "reading it broke the process that does it"
        return BundleFindings((Finding("verify-unreadable", f"{check.row.path} cannot be read: {reason}"),))


def _ask(checks: Sequence[BundleCheck]) -> list[BundleFindings]:
    size = sum(len(check.bundle) + sum(map(len, check.documents.values())) for check in checks)
    papers = sum(part.text is None for check in checks for part in check.row.page_map)
    limits = limits_for(size, papers)  # as much as the merge had
    answers = LIMITED.call_for_all(_CHECK, map(msgspec.msgpack.encode, checks), limits)
    return [_FINDINGS.decode(answer) for answer in answers]
