"""A throw-away certificate authority: signers' keys as .p12 files, and the authority's certificate as PEM."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

#: Password of every .p12 file made here.
PASSWORD = "for tests only"  # noqa: S105 - protects nothing


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


@dataclass
class Authority:
    """Trusted by nobody but the tests."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def __post_init__(self) -> None:
        usage = _key_usage(key_cert_sign=True, crl_sign=True)
        self.certificate = self._certify("Test Authority", self.key.public_key(), usage, is_authority=True)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def p12(self, signer: str) -> bytes:
        """Key and certificate of a new signer of that name."""
        key = ec.generate_private_key(ec.SECP256R1())
        usage = _key_usage(digital_signature=True, content_commitment=True)
        certificate = self._certify(signer, key.public_key(), usage, is_authority=False)
        protection = serialization.BestAvailableEncryption(PASSWORD.encode())
        return pkcs12.serialize_key_and_certificates(b"signer", key, certificate, [self.certificate], protection)

    def _certify(
        self, subject: str, key: ec.EllipticCurvePublicKey, usage: x509.KeyUsage, *, is_authority: bool
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(_name(subject))
            .issuer_name(_name("Test Authority"))
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=30))
            .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
            .add_extension(usage, critical=True)
            .sign(self.key, hashes.SHA256())
        )


def _key_usage(**allowed: bool) -> x509.KeyUsage:
    uses = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
    more = ("key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
    return x509.KeyUsage(**{use: allowed.get(use, False) for use in (*uses, *more)})
