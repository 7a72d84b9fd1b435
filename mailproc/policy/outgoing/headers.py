"""What the header of an outgoing mail lacks: sender, one-click, signatures, where reports go."""

from collections.abc import Iterator

from mailproc.mail.arrival.stated_signature import StatedSignature
from mailproc.mail.automatic.list_headers import list_unsubscribe_uris
from mailproc.mail.reading.message import addresses_in
from mailproc.policy.address import is_within, split_address
from mailproc.policy.outgoing.finding import Finding, Outgoing, must, should
from mailproc.policy.who.ownership import is_our_domain

_STAMP = "stamp it: `mailproc headers`"
_ONE_CLICK = "List-Unsubscribe=One-Click"
_FIELDS_OF_FEEDBACK_ID = 4
_SENDER_CHARS = (5, 15)


def sender(mail: Outgoing) -> Iterator[Finding]:
    """Who it says it is from, and the fields that every mail has."""
    count = len(mail.message.from_addresses)
    if count != 1 or not mail.from_domain:
        said = "there is no address in From" if not count else f"From has {count} addresses"
        yield must("from", said, "RFC 5322 §3.6.2, RFC 7489 §6.6.1", "give From exactly one address")
    elif not is_our_domain(mail.account, mail.from_domain):
        yield must(
            "from-foreign",
            f"From is in {mail.from_domain}, no domain of the account: bounces and reports would count as foreign",
            "setting `sends_from`",
            "send from a domain in `sends_from`, or add this one there",
        )
    for name in ("Date", "Message-ID"):
        if not mail.header(name):
            find = must if name == "Date" else should
            yield find(name.lower(), f"there is no {name}", "RFC 5322 §3.6", f"let your sender software add {name}")


def list_unsubscribe(mail: Outgoing) -> Iterator[Finding]:
    """The field behind the client's button."""
    if not mail.header("List-Unsubscribe"):
        yield must("list-unsubscribe", "there is no List-Unsubscribe", "RFC 8058 §3.1, RFC 2369 §3.2", _STAMP)
        return
    uris = [uri.lower() for uri in list_unsubscribe_uris(mail.message)]
    links = [uri for uri in uris if uri.startswith("https:")]
    if len(links) != 1:
        said = "no https link" if not links else f"{len(links)} https links"
        yield must(
            "list-unsubscribe-https",
            f"List-Unsubscribe has {said}; one-click needs exactly one",
            "RFC 8058 §3.1",
            "stamp it with the link: `mailproc headers --links-base https://…`",
        )
    if any(uri.startswith("http:") for uri in uris):
        yield should(
            "list-unsubscribe-http",
            "List-Unsubscribe has a link without TLS",
            "RFC 8058 §3.1",
            "write https, or drop it",
        )
    if not any(uri.startswith("mailto:") for uri in uris):
        yield should(
            "list-unsubscribe-mailto",
            "List-Unsubscribe has no mailto: clients that know no one-click show no button",
            "RFC 2369 §3.2",
            _STAMP,
        )


def one_click(mail: Outgoing) -> Iterator[Finding]:
    """What makes the link a one-click link."""
    post = "".join(mail.header("List-Unsubscribe-Post").split())
    if post.lower() != _ONE_CLICK.lower():
        said = "there is no List-Unsubscribe-Post" if not post else f"List-Unsubscribe-Post is not {_ONE_CLICK}"
        yield must("one-click", said, "RFC 8058 §3.1", f"add `List-Unsubscribe-Post: {_ONE_CLICK}`")


def signature(mail: Outgoing) -> Iterator[Finding]:
    """That it is signed, in the name of From."""
    if not mail.signatures:
        yield must(
            "dkim",
            "there is no DKIM signature",
            "RFC 8058 §4, RFC 6376 §3.5",
            "sign it; a mail that your relay signs is checked as it arrived at a mailbox of yours",
        )
        return
    if not mail.covering("From"):
        yield must("dkim-from", "no signature covers From", "RFC 6376 §5.4", "add From to `h=` of the signature")
    if mail.from_domain and not any(mail.is_aligned(one.domain, mail.from_domain) for one in mail.signatures):
        domains = ", ".join(sorted({one.domain for one in mail.signatures}))
        yield must(
            "alignment",
            f"signed by {domains}, which is not the organization of From ({mail.from_domain})",
            "RFC 7489 §3.1.1",
            f"let your provider sign with d={mail.from_domain}",
        )
    if any(one.has_length for one in mail.signatures):
        yield should(
            "dkim-length",
            "a signature has l=: anybody can add text behind what it covers",
            "RFC 6376 §8.2",
            "take l= out of the signer's settings",
        )


def coverage(mail: Outgoing) -> Iterator[Finding]:
    """That one signature covers both fields of one-click."""
    names = ("List-Unsubscribe", "List-Unsubscribe-Post")
    if not mail.signatures or not all(map(mail.header, names)) or mail.covering(*names):
        return
    yield must(
        "one-click-unsigned",
        "no signature covers both List-Unsubscribe and List-Unsubscribe-Post: clients ignore them",
        "RFC 8058 §4",
        "add both to `h=` of the signature",
    )


def complaint_address(mail: Outgoing) -> Iterator[Finding]:
    """Where complaints about it are reported to."""
    values = mail.message.headers.all("CFBL-Address")
    if not values:
        yield should("cfbl", "there is no CFBL-Address", "RFC 9477 §3.1", _STAMP)
        return
    names = ["CFBL-Address", *(["CFBL-Feedback-ID"] if mail.header("CFBL-Feedback-ID") else [])]
    if len(names) == 1:
        yield should(
            "cfbl-id", "there is no CFBL-Feedback-ID: a report may not say whom it is about", "RFC 9477 §3.2", _STAMP
        )
    covering = mail.covering(*names)
    for address in addresses_in(", ".join(value.partition(";")[0] for value in values[:10])) or ("",):
        domain = split_address(address)[1]
        if not domain:
            yield must("cfbl-address", "CFBL-Address is no address", "RFC 9477 §3.1", _STAMP)
        elif not any(_speaks_for(one, domain, mail.from_domain) for one in covering):
            of = mail.from_domain if _is_of_sender(domain, mail.from_domain) else domain
            yield must(
                "cfbl-unsigned",
                f"no signature of {of} covers {' and '.join(names)}: nobody will report",
                "RFC 9477 §3.1",
                "add them to `h=` of such a signature",
            )


def _speaks_for(signed: StatedSignature, domain: str, from_domain: str) -> bool:
    """Whether a signature lets reports go to a domain: From's own, a child of it, or one that signs for itself."""
    if _is_of_sender(domain, from_domain):
        return is_within(from_domain, (signed.domain,))
    return signed.domain == domain


def _is_of_sender(domain: str, from_domain: str) -> bool:
    return bool(from_domain) and is_within(domain, (from_domain,))


def feedback_id(mail: Outgoing) -> Iterator[Finding]:
    """Gmail's sums of complaints."""
    value = mail.header("Feedback-ID")
    source = "Gmail's documentation of Feedback-ID"
    if not value:
        yield should("feedback-id", "there is no Feedback-ID: Gmail tells no complaint rates by send", source, _STAMP)
        return
    fields = value.split(":")
    least, most = _SENDER_CHARS
    if len(fields) != _FIELDS_OF_FEEDBACK_ID or not least <= len(fields[-1].strip()) <= most:
        said = f"Feedback-ID is not three fields and a sender of {least} to {most} characters, with : between"
        yield should("feedback-id-form", said, source, _STAMP)
    if "@" in value:
        yield should("feedback-id-person", "Feedback-ID holds an address: Gmail adds up by it", source, _STAMP)


def list_id(mail: Outgoing) -> Iterator[Finding]:
    """Which list it belongs to."""
    if not mail.header("List-Id"):
        said = "there is no List-Id: reports cannot tell which list is meant"
        yield should("list-id", said, "RFC 2919 §2", "stamp it with the list: `mailproc headers --list …`")


def replies(mail: Outgoing) -> Iterator[Finding]:
    """Where answers go: an opt-out by reply must reach somebody who acts on it."""
    named = mail.header("Reply-To") or mail.header("From")
    domains = [split_address(one)[1] for one in addresses_in(named)]
    if not any(is_within(domain, mail.account.domains) for domain in domains):
        yield should(
            "replies",
            "answers do not come here: an opt-out by reply would not be seen",
            "15 USC 7704(a)(3); setting `domains`",
            _STAMP,
        )
