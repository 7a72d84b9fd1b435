"""Recipients that a provider blacked out (RFC 6590 and habits): a redacted value is not an address."""

import re

_MAX_LENGTH = 320
_LOCAL_PARTS = re.compile(
    r"redacted.*"
    r"|hashed|hidden|removed|masked|anonymous|anonymi[sz]ed|undisclosed|unknown"
    r"|(?:hashed|masked|anonymi[sz]ed)[._+-].*"
    r"|[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}"  # MD5, SHA-1, SHA-256
    r"|[a-z0-9+/]{27}="  # SHA-1 in base64, as RFC 6590 does it
    r"|x+|\*+|_+|\.+",
    re.IGNORECASE | re.DOTALL,
)
_WITHIN = re.compile(r"\*{2}|x{4}", re.IGNORECASE)
_WHOLE = re.compile(r"redacted|undisclosed|none|unknown", re.IGNORECASE)
_DOMAIN = re.compile(r"(?:redacted|hidden|invalid)(?:\..*)?", re.IGNORECASE | re.DOTALL)


def is_redacted(value: str) -> bool:
    """Whether a recipient as reported is blacked out, hashed or a placeholder; the empty value is, too."""
    bare = value.strip().strip("<>").strip()[: _MAX_LENGTH + 1]
    if not bare or len(bare) > _MAX_LENGTH:
        return True
    local, at, domain = bare.rpartition("@")
    if not at:
        return bool(_WHOLE.fullmatch(bare)) or bare.lower().endswith("redacted") or bool(_LOCAL_PARTS.fullmatch(bare))
    return bool(
        not domain
        or _LOCAL_PARTS.fullmatch(local)
        or _WITHIN.search(local)
        or _DOMAIN.fullmatch(domain)
        or local.lower().endswith("redacted")
    )
