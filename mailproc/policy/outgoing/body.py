"""What the body of an outgoing mail lacks: the unsubscribe link, the profile link, the postal address."""

from collections.abc import Iterator, Sequence

from mailproc.mail.automatic.list_headers import list_unsubscribe_uris
from mailproc.policy.outgoing.finding import Finding, Outgoing, must, should

# In the address or the words of a link, where the account does not say what its own look like.
_USUAL = (
    "unsubscribe", "opt-out", "optout", "opt_out", "abmelden", "abbestellen", "désabonn", "désinscri", "desinscri",
    "darse de baja", "cancelar inscri", "disiscri", "cancella l'iscrizione", "afmeld", "uitschrijven", "avregistrera",
    "meld av", "wypisz", "odhlásit", "leiratkoz", "отписаться", "退订", "配信停止", "수신거부",
)  # fmt: skip
_USUAL_PROFILE = ("profile", "preferences", "subscription", "profil", "einstellungen", "préférences", "preferencias")


def unsubscribe_link(mail: Outgoing) -> Iterator[Finding]:
    """A link that a person finds: the header's button is not in every client."""
    wanted = mail.wishes.unsubscribe_links
    own = {uri for uri in list_unsubscribe_uris(mail.message) if uri.lower().startswith("https:")}
    if _is_linked(mail, wanted) if wanted else (_is_linked(mail, _USUAL, words=True) or _leads_to(mail, own)):
        return
    looked_for = f"that holds {_either(wanted)}" if wanted else "that says so"
    yield must(
        "unsubscribe-link",
        f"there is no unsubscribe link in the text: none {looked_for}",
        "15 USC 7704(a)(5)(A)(ii); Gmail and Yahoo sender guidelines",
        "put one into the template's footer, or name what yours look like: [account.outgoing] unsubscribe_links",
    )


def profile_link(mail: Outgoing) -> Iterator[Finding]:
    """A link to the page where people see and correct what is kept of them: a must where the account names its form."""
    wanted = mail.wishes.profile_links
    if _is_linked(mail, wanted) if wanted else _is_linked(mail, _USUAL_PROFILE, words=True):
        return
    looked_for = f"that holds {_either(wanted)}" if wanted else "that says so"
    yield (must if wanted else should)(
        "profile-link",
        f"there is no profile link in the text: none {looked_for}",
        "setting `profile_links`",
        "put one into the template's footer, or name what yours look like: [account.outgoing] profile_links",
    )


def postal_address(mail: Outgoing) -> Iterator[Finding]:
    """The sender's postal address, where the account states one."""
    wanted = mail.wishes.postal_address
    if wanted is not None and " ".join(wanted.lower().split()) not in mail.words:
        yield must(
            "postal-address",
            "the postal address is not in the text",
            "15 USC 7704(a)(5)(A)(iii); setting `postal_address`",
            f"put it into the template's footer: {wanted}",
        )


def _is_linked(mail: Outgoing, wanted: Sequence[str], *, words: bool = False) -> bool:
    lower = [one.lower() for one in wanted]
    return any(one in link.url.lower() or (words and one in link.words.lower()) for link in mail.links for one in lower)


def _leads_to(mail: Outgoing, uris: set[str]) -> bool:
    return any(link.url in uris for link in mail.links)


def _either(wanted: Sequence[str]) -> str:
    return " or ".join(wanted)
