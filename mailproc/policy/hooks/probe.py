"""The probe of the self-test: somebody who is nobody, so that no receiver of events takes it for a person."""

PROBE_DOMAIN = "selftest.mailproc.invalid"  # RFC 2606 §2: .invalid is never anybody's
_AT_DOMAIN = f"@{PROBE_DOMAIN}"


def probe_address(name: str) -> str:
    """The address of one probe."""
    return f"{name}{_AT_DOMAIN}"


def is_probe(address: str | None) -> bool:
    """Whether an address is that of a probe."""
    return address is not None and address.lower().endswith(_AT_DOMAIN)


def probe_mail(address: str, recipient: str, date: str) -> bytes:
    """A person's request by mail, as the listener gets it; each probe's is another."""
    return (
        f"From: <{address}>\r\nTo: <{recipient}>\r\nSubject: unsubscribe\r\nDate: {date}\r\n"
        f"Message-ID: <{address}>\r\n\r\nPlease unsubscribe me.\r\n"
    ).encode()
