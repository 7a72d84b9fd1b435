"""The smarthost: the server that takes the mail which is forwarded to people."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from mailproc.settings.types import Address, Secret, Table

_PORTS = {"starttls": 587, "implicit": 465, "none": 25}


class SmarthostSettings(Table):
    """Where and how forwarded mail is handed over. `port` None: the usual one for `tls` (587, 465, 25).

    `sender` is the address in From; None: the account's first reply mailbox. `envelope_from` is the envelope's sender;
    None: the null sender, to which no bounce can come back.
    """

    host: str = Field(min_length=1)
    port: int | None = Field(None, ge=1, le=65_535)
    tls: Literal["starttls", "implicit", "none"] = "starttls"
    ca_file: Path | None = None  # whom to believe; None: whom the system believes
    user: str | None = None
    password: Secret | None = None
    sender: Address = None
    envelope_from: Address = None
    timeout_seconds: float = Field(300, gt=0)
    max_attempts: int = Field(20, ge=1)
    first_retry_seconds: float = Field(60, gt=0)
    max_retry_seconds: float = Field(21_600, gt=0)
    workers: int = Field(2, ge=1, le=64)

    @property
    def port_in_force(self) -> int:
        """The port that is connected to."""
        return self.port or _PORTS[self.tls]
