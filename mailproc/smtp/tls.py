"""The certificate in use, and how a new one takes its place without a restart."""

import ssl
from pathlib import Path

from mailproc.errors import SettingsError


class Certificate:
    """Certificate chain and key on disk, and the TLS context made of them.

    Raises SettingsError when they cannot be read or do not belong together.
    """

    def __init__(self, chain: Path, key: Path | None) -> None:
        self._chain = chain
        self._key = key
        self.context = self._read()

    def reload(self) -> None:
        """Read the files again, for connections from now on; raises SettingsError, and the old certificate stays.

        A new context is made: loading into the old one would keep a former certificate of another key type beside it.
        """
        self.context = self._read()

    def _read(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2  # RFC 8996
        try:
            context.load_cert_chain(self._chain, self._key)
        except OSError as error:  # ssl.SSLError is one
            raise SettingsError([f"smtp.tls_cert: {self._chain} and its key cannot be used: {error}"]) from error
        return context
