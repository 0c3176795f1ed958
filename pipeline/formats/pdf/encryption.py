"""Encryption of finished PDFs with a password (AES-256)."""

from __future__ import annotations

import io

import pikepdf


def encrypt(pdf: bytes, password: str) -> bytes:
    """Return ``pdf``, encrypted. The salts are random, so the same PDF gives different bytes each time."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        out = io.BytesIO()
        opened.save(out, encryption=pikepdf.Encryption(owner=password, user=password, R=6))
        return out.getvalue()


def protect(pdf: bytes, password: str | None) -> bytes:
    """Return ``pdf``, encrypted if a password is given."""
    return pdf if password is None else encrypt(pdf, password)


def decrypt(pdf: bytes, password: str) -> bytes:
    """Return the same pages without encryption. Raise pikepdf.PasswordError for a wrong password."""
    with pikepdf.open(io.BytesIO(pdf), password=password) as opened:
        out = io.BytesIO()
        opened.save(out, encryption=False)
        return out.getvalue()


def is_encrypted(pdf: bytes) -> bool:
    """Return True if ``pdf`` can be opened only with a password."""
    try:
        with pikepdf.open(io.BytesIO(pdf)):
            return False
    except pikepdf.PasswordError:
        return True
    except pikepdf.PdfError:
        return False
