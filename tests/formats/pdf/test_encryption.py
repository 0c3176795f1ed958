from __future__ import annotations

import io

import pikepdf
import pytest

from pipeline.formats.pdf.encryption import decrypt, encrypt, is_encrypted
from tests.support.built import make_pdf


def test_only_the_password_opens_it() -> None:
    pdf = encrypt(make_pdf(3), "秘密 pass")
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(io.BytesIO(pdf))
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(io.BytesIO(pdf), password="wrong")  # noqa: S106 - a wrong one
    with pikepdf.open(io.BytesIO(pdf), password="秘密 pass") as opened:  # noqa: S106 - a test's
        assert len(opened.pages) == 3


def test_it_is_aes_256() -> None:
    with pikepdf.open(io.BytesIO(encrypt(make_pdf(), "a")), password="a") as opened:  # noqa: S106 - a test's
        info = opened.encryption
        assert (info.R, info.bits, info.stream_method) == (6, 256, pikepdf.models.EncryptionMethod.aesv3)


def test_what_is_encrypted_is_known() -> None:
    assert is_encrypted(encrypt(make_pdf(), "a"))
    assert not is_encrypted(make_pdf())
    assert not is_encrypted(b"no PDF")


def test_decrypted_has_the_same_pages_for_everybody() -> None:
    with pikepdf.open(io.BytesIO(decrypt(encrypt(make_pdf(3), "a"), "a"))) as opened:
        assert len(opened.pages) == 3


def test_a_wrong_password_decrypts_nothing() -> None:
    with pytest.raises(pikepdf.PasswordError):
        decrypt(encrypt(make_pdf(), "a"), "b")
