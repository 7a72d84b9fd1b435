"""Listening sockets: `host:port`, `unix:/path`, and `fd:3` for one that was opened by somebody else (systemd)."""

import socket
import stat
from pathlib import Path

from mailproc.errors import SettingsError

# Connections that wait to be taken: the first seconds after a start bring everybody at once.
BACKLOG = 1024


def open_sockets(specification: str) -> list[socket.socket]:
    """Open what one entry of the settings names; a host name may have several addresses, hence several sockets.

    Raises SettingsError for a malformed entry and OSError when the system refuses.
    """
    kind, _, rest = specification.partition(":")
    if kind == "fd" and rest.isdigit():
        return [_take_over(int(rest))]
    if kind == "unix" and rest:
        return [_open_unix(Path(rest))]
    host, colon, port = specification.rpartition(":")
    if not colon or not port.isdigit() or int(port) > 65535:
        raise SettingsError([f"smtp.listen: {specification!r} is neither host:port, unix:/path nor fd:number"])
    return _open_tcp(host.strip("[]"), int(port))


def path_of(specification: str) -> Path | None:
    """Path that `open_sockets` makes for an entry, to be removed when its socket is closed; None: it makes none."""
    return Path(specification.removeprefix("unix:")) if specification.startswith("unix:") else None


def _open_tcp(host: str, port: int) -> list[socket.socket]:
    everywhere = host in ("", "*")
    found = socket.getaddrinfo(
        None if everywhere else host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE | socket.AI_NUMERICSERV
    )
    opened: list[socket.socket] = []
    try:
        for family, kind, protocol, _, address in dict.fromkeys(found):
            listening = socket.socket(family, kind, protocol)
            opened.append(listening)
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                # IPv4 has a socket of its own, so that clients have IPv4 addresses.
                listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            listening.bind(address)
            _listen(listening)
    except OSError:
        for listening in opened:
            listening.close()
        raise
    return opened


def _open_unix(path: Path) -> socket.socket:
    """Listen on a path; what a former run left there is removed, what somebody listens on is not."""
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        if path.exists() and stat.S_ISSOCK(path.stat().st_mode) and not _is_in_use(path):
            path.unlink()
        listening.bind(str(path))
        path.chmod(0o660)
        _listen(listening)
    except OSError:
        listening.close()
        raise
    return listening


def _is_in_use(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        return probe.connect_ex(str(path)) == 0


def _take_over(descriptor: int) -> socket.socket:
    listening = socket.socket(fileno=descriptor)
    listening.set_inheritable(False)
    _listen(listening)
    return listening


def _listen(listening: socket.socket) -> None:
    listening.listen(BACKLOG)
    listening.setblocking(False)
