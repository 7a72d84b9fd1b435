"""The kinds of port: what is spoken behind each."""

from enum import StrEnum


class Door(StrEnum):
    """What a listening socket speaks."""

    SMTP = "smtp"
    """SMTP in clear, with STARTTLS where there is a certificate (RFC 5321, RFC 3207)."""
    TLS = "tls"
    """SMTP with TLS from the first byte (RFC 8314)."""
    LMTP = "lmtp"
    """LMTP: a reply for each recipient (RFC 2033)."""
