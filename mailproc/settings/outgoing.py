"""What an account's outgoing mail must hold beyond what the RFCs want: how its links look, and its postal address."""

from typing import Annotated

from pydantic import StringConstraints

from mailproc.settings.types import Table, Words

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class OutgoingSettings(Table):
    """What `check-mail` looks for. A link counts that holds one of these texts, in any case.

    `unsubscribe_links` empty: what is usual. `profile_links` empty: nobody is asked for a profile link.
    `postal_address` is looked for word by word, however it is broken into lines; None: none is asked for.
    """

    unsubscribe_links: Words = ()
    profile_links: Words = ()
    postal_address: Line | None = None
