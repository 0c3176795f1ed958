"""The messages between this process and the one that signs bundles and checks their signatures."""

from __future__ import annotations

from datetime import datetime

import msgspec


class SignRequest(msgspec.Struct, frozen=True):
    """A bundle to sign in a field, with the key and certificate of a PKCS #12 file and its password."""

    bundle: bytes
    field: str
    p12: bytes
    password: str


class Signed(msgspec.Struct, frozen=True, tag=True):
    """A signed bundle, and the fields in which it was signed."""

    bundle: bytes
    fields: tuple[str, ...]


class SignRefusal(msgspec.Struct, frozen=True, tag=True):
    """The reason why a bundle cannot be signed. ``file`` is the field of the bundle that is at fault."""

    code: str
    message: str
    hint: str
    file: str | None = None


class SignatureRequest(msgspec.Struct, frozen=True):
    """A bundle whose signatures are checked. ``roots`` are trusted certificates (PEM or DER)."""

    bundle: bytes
    roots: bytes | None


class Signature(msgspec.Struct, frozen=True):
    """A signed field. ``signed_at`` is the time of the signer's clock.

    ``is_valid``: the signed bytes are unchanged, and only signatures were added later. ``is_trusted``: one of the
    given roots certifies the signer; None if no roots were given.
    """

    field: str
    signer: str
    signed_at: datetime | None
    is_valid: bool
    is_trusted: bool | None
    is_last: bool
