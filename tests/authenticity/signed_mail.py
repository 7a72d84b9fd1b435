"""Mails that are really signed, with keys made here, and the DNS records that go with them."""

import base64
from functools import cache

import dkim
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from nacl.signing import SigningKey

MAIL = (
    b"From: Pat <pat@example.org>\r\nTo: reply@reply.acme.example\r\nSubject: Re: March news\r\n"
    b"Date: Tue, 3 Mar 2026 10:00:00 +0000\r\nMessage-ID: <2@example.org>\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n\r\nunsubscribe\r\n"
)


@cache
def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65_537, bits)


def rsa_pem(bits: int = 2048) -> bytes:
    return rsa_key(bits).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )


def rsa_record(bits: int = 2048, more: str = "") -> str:
    public = rsa_key(bits).public_key()
    der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k=rsa; {more}p={base64.b64encode(der).decode()}"


ED25519 = SigningKey(bytes(range(32)))
ED25519_RECORD = f"v=DKIM1; k=ed25519; p={base64.b64encode(bytes(ED25519.verify_key)).decode()}"


def signed(
    content: bytes = MAIL,
    domain: str = "example.org",
    selector: str = "s1",
    *,
    bits: int = 2048,
    ed25519: bool = False,
    algorithm: str | None = None,
    canonicalize: tuple[bytes, bytes] = (b"relaxed", b"relaxed"),
    length: bool = False,
    identity: str | None = None,
    names: tuple[bytes, ...] = (b"from", b"to", b"subject", b"date", b"message-id"),
) -> bytes:
    """The mail with a signature on top."""
    key = base64.b64encode(bytes(ED25519)) if ed25519 else rsa_pem(bits)
    field: bytes = dkim.DKIM(content).sign(
        selector.encode(),
        domain.encode(),
        key,
        signature_algorithm=(algorithm or ("ed25519-sha256" if ed25519 else "rsa-sha256")).encode(),
        canonicalize=canonicalize,
        include_headers=list(names),
        length=length,
        identity=identity.encode() if identity else None,
    )
    return field + content
