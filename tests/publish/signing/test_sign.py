"""Signing, and checking signatures, with keys of a test authority."""

from __future__ import annotations

import io

import pytest
from pyhanko.pdf_utils.generic import pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from pipeline.bundle.seal_boxes import SealBox
from pipeline.bundle.signature_fields import SignatureField, with_signature_fields
from pipeline.errors import InputError
from pipeline.publish.signing.sign import empty_fields, load_signer, sign_bundle
from pipeline.publish.signing.signature_check import load_roots, signatures_in
from pipeline.publish.signing.signing_messages import Signature
from tests.support.authority import PASSWORD, Authority
from tests.support.built import make_pdf

BOX = (450.0, 100.0, 510.0, 160.0)
PLACES = (("hospital", "invitation-letter"), ("hospital", "cost-estimate"), ("guarantor", "letter-of-guarantee"))


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture(scope="module")
def bundle() -> bytes:
    fields = [SignatureField(signer, name, SealBox(page, BOX)) for page, (signer, name) in enumerate(PLACES)]
    return with_signature_fields(make_pdf(3), fields)


@pytest.fixture(scope="module")
def by_hospital(bundle: bytes, authority: Authority) -> bytes:
    return sign_bundle(bundle, "hospital", load_signer(authority.p12("青葉スポーツ病院"), PASSWORD))[0]


@pytest.fixture(scope="module")
def by_both(by_hospital: bytes, authority: Authority) -> bytes:
    return sign_bundle(by_hospital, "guarantor", load_signer(authority.p12("Mihon K.K."), PASSWORD))[0]


def test_a_signer_signs_all_of_their_fields(bundle: bytes, by_hospital: bytes) -> None:
    assert by_hospital.startswith(bundle)
    assert empty_fields(by_hospital) == ["guarantor.letter-of-guarantee"]
    assert [(found.field, found.signer) for found in signatures_in(by_hospital)] == [
        ("hospital.invitation-letter", "青葉スポーツ病院"),
        ("hospital.cost-estimate", "青葉スポーツ病院"),
    ]


def test_one_field_can_be_signed_alone(bundle: bytes, authority: Authority) -> None:
    signed, names = sign_bundle(bundle, "hospital.cost-estimate", load_signer(authority.p12("H"), PASSWORD))
    assert names == ["hospital.cost-estimate"]
    assert empty_fields(signed) == ["hospital.invitation-letter", "guarantor.letter-of-guarantee"]


def test_further_signatures_leave_earlier_ones_valid(by_hospital: bytes, by_both: bytes, authority: Authority) -> None:
    found = signatures_in(by_both, load_roots(authority.pem))
    assert by_both.startswith(by_hospital)
    assert [(each.is_valid, each.is_trusted, each.is_last) for each in found] == [
        (True, True, False),
        (True, True, False),
        (True, True, True),
    ]


def test_a_signer_of_another_authority_is_not_trusted(by_hospital: bytes) -> None:
    found = signatures_in(by_hospital, load_roots(Authority().pem))
    assert [(each.is_valid, each.is_trusted) for each in found] == [(True, False), (True, False)]


def test_without_roots_nothing_is_said_of_trust(by_hospital: bytes) -> None:
    assert [each.is_trusted for each in signatures_in(by_hospital)] == [None, None]


def _damaged(bundle: bytes) -> list[Signature]:
    place = bundle.index(b"/MediaBox")
    return signatures_in(bundle[:place] + b"/MediaBoy" + bundle[place + 9 :])


def test_a_changed_byte_breaks_every_signature(by_both: bytes) -> None:
    assert [each.is_valid for each in _damaged(by_both)] == [False, False, False]


def test_what_is_changed_by_an_update_breaks_every_signature(by_both: bytes) -> None:
    update = IncrementalPdfFileWriter(io.BytesIO(by_both))
    update.root["/Lang"] = pdf_string("xx")
    update.update_root()  # type: ignore[no-untyped-call] # the library types only part of it
    update.write_in_place()  # type: ignore[no-untyped-call] # as above
    assert update.prev.stream.getvalue().startswith(by_both)
    found = signatures_in(update.prev.stream.getvalue())
    assert [(each.is_valid, each.is_last) for each in found] == [(False, False)] * 3


def test_an_unsigned_bundle_has_no_signature(bundle: bytes) -> None:
    assert signatures_in(bundle) == []


def test_what_is_no_pdf_cannot_be_read() -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        signatures_in(b"no PDF")


def test_a_signed_field_stays_as_it_is(by_hospital: bytes, authority: Authority) -> None:
    with pytest.raises(InputError) as refused:
        sign_bundle(by_hospital, "hospital", load_signer(authority.p12("H"), PASSWORD))
    assert "guarantor.letter-of-guarantee" in refused.value.problems[0].hint


def test_a_bundle_without_fields_is_reported_with_advice(authority: Authority) -> None:
    with pytest.raises(InputError) as refused:
        sign_bundle(make_pdf(), "hospital", load_signer(authority.p12("H"), PASSWORD))
    assert "--signature-fields" in refused.value.problems[0].hint


@pytest.mark.parametrize("password", ["", "wrong"])
def test_a_wrong_password_is_reported(authority: Authority, password: str) -> None:
    with pytest.raises(InputError) as refused:
        load_signer(authority.p12("H"), password)
    assert refused.value.problems[0].code == "sign-key"


def test_a_file_without_a_key_is_reported() -> None:
    with pytest.raises(InputError):
        load_signer(b"no key", PASSWORD)


@pytest.mark.parametrize("content", [b"", b"no certificate", b"-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_a_file_without_a_certificate_is_reported(content: bytes) -> None:
    with pytest.raises(InputError):
        load_roots(content)
