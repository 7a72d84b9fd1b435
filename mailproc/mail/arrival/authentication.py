"""What SPF, DKIM and DMARC said about a mail, and reading it from Authentication-Results (RFC 8601)."""

import re
from dataclasses import dataclass

from mailproc.mail.reading.message import Headers


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodResult:
    """One verdict. `result` is the RFC's word (pass, fail, none, temperror, …); `domain` is whom it is about.

    `aligned` tells that this domain and that of From belong to the same organization (RFC 7489 §3.1); the room
    `authenticity` fills it in, which knows the public suffixes. `reason` says why it is no pass, where we looked.
    """

    result: str
    domain: str | None = None
    aligned: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authentication:
    """Verdicts about one mail. `source` is not_checked, header (a named border server's) or verified (by us).

    `dmarc_policy` is the published policy (none, quarantine, reject) as far as it was told.
    """

    source: str = "not_checked"
    spf: MethodResult | None = None
    dkim: tuple[MethodResult, ...] = ()
    dmarc: MethodResult | None = None
    dmarc_policy: str | None = None


NOT_CHECKED = Authentication()
UNANSWERED = Authentication(source="verified", dmarc=MethodResult(result="temperror", reason="no answer in time"))


_COMMENT = re.compile(r"\((?:[^()\\]|\\.)*+\)")
# dmarc=fail (p=REJECT sp=NONE dis=NONE) header.from=example.org - the usual writers say the policy in a comment only.
_POLICY_COMMENT = re.compile(r"\(p=([A-Za-z]{4,10})\b[^()]*+\)")
_VALUE_CHARS_MAX = 8000
_RESULTS = frozenset(
    {
        "pass",
        "fail",
        "softfail",
        "hardfail",
        "neutral",
        "none",
        "policy",
        "temperror",
        "permerror",
        "nxdomain",
        "discard",
    }
)


def read_authentication(headers: Headers, border_servers: tuple[str, ...]) -> Authentication:
    """What a named border server wrote into Authentication-Results; NOT_CHECKED when there is none of it.

    Only the topmost instance with one of the authserv-ids counts: whatever lies below it came with the mail and anybody
    may have written it. Raises nothing. Source: RFC 8601 §2.2, §5.
    """
    trusted = {server.lower().rstrip(".") for server in border_servers}
    if not trusted:
        return NOT_CHECKED
    for value in headers.all("authentication-results"):
        authserv_id, results = _split(value)
        if authserv_id in trusted:
            return _authentication(results)
    return NOT_CHECKED


def _split(value: str) -> tuple[str, list[str]]:
    """The authserv-id and the results; comments are left out, quoted semicolons are not separators."""
    value = _POLICY_COMMENT.sub(r" policy.published-domain-policy=\1 ", value[:_VALUE_CHARS_MAX])
    for _ in range(5):  # comments nest, seldom deeper than two
        value, found = _COMMENT.subn(" ", value)
        if not found:
            break
    head, *results = _split_outside_quotes(value)
    words = head.split()
    return (words[0].lower().strip('"').rstrip(".") if words else ""), results


def _split_outside_quotes(value: str) -> list[str]:
    pieces = [""]
    for index, piece in enumerate(value.split('"')):
        if index % 2:
            pieces[-1] += piece.replace(" ", "_")
            continue
        first, *rest = piece.split(";")
        pieces[-1] += first
        pieces.extend(rest)
    return pieces


def _authentication(results: list[str]) -> Authentication:
    spf: MethodResult | None = None
    dmarc: MethodResult | None = None
    dmarc_policy: str | None = None
    dkim: list[MethodResult] = []
    for text in results:
        method, result, properties = _result(text)
        if method == "spf" and spf is None:
            spf = MethodResult(result=result, domain=_domain(properties, "smtp.mailfrom", "smtp.helo"))
        elif method == "dkim":
            dkim.append(MethodResult(result=result, domain=_domain(properties, "header.d", "header.i")))
        elif method == "dmarc" and dmarc is None:
            dmarc = MethodResult(result=result, domain=_domain(properties, "header.from"))
            dmarc_policy = properties.get("policy.published-domain-policy") or properties.get("polrec.p")
            dmarc_policy = dmarc_policy.lower() if dmarc_policy else _POLICY_OF.get(properties.get("action", ""))
    return Authentication(source="header", spf=spf, dkim=tuple(dkim), dmarc=dmarc, dmarc_policy=dmarc_policy)


# Exchange tells what it did, `action=oreject`, and not what was published.
_POLICY_OF = {"reject": "reject", "oreject": "reject", "quarantine": "quarantine", "none": "none"}


def _result(text: str) -> tuple[str, str, dict[str, str]]:
    """`dkim=pass header.d=example.org` as (dkim, pass, properties); no method when the result is no word of the RFC."""
    words = [word for word in _spaced(text).split() if "=" in word]
    if not words:
        return "", "", {}
    method, _, result = words[0].partition("=")
    properties: dict[str, str] = {}
    for word in words[1:]:
        name, _, value = word.partition("=")
        properties.setdefault(name.lower(), value.strip('"'))
    method, result = method.partition("/")[0].lower(), result.lower()
    return (method if result in _RESULTS else ""), "fail" if result == "hardfail" else result, properties


def _spaced(text: str) -> str:
    """Without the white space that may stand around `=`."""
    return re.sub(r"[ \t]{0,20}=[ \t]{0,20}", "=", text)


def _domain(properties: dict[str, str], *names: str) -> str | None:
    """Domain of the first property that is there: of an address, what is behind its last `@`."""
    for name in names:
        value = properties.get(name, "").strip("<>").lower()
        if value and value != "none":
            return value.rpartition("@")[2].rstrip(".") or None
    return None
