"""What is counted over all connections: connections, connections per network, bytes in hand."""

from mailproc.smtp.networks import Client


class Ledger:
    """Counts and caps; a client without a counted network (loopback, relays, unix sockets) is always let in."""

    def __init__(self, *, max_connections: int, max_connections_per_network: int, max_bytes_in_hand: int) -> None:
        self._max_connections = max_connections
        self._max_per_network = max_connections_per_network
        self._max_bytes = max_bytes_in_hand
        self._per_network: dict[str, int] = {}
        self.connections = 0
        self.bytes_in_hand = 0

    def is_full(self) -> bool:
        """Say whether there is no room for one more connection of a stranger."""
        return self.connections >= self._max_connections

    def is_full_for(self, client: Client) -> bool:
        """Say whether this client's network has all its connections open."""
        return client.network is not None and self._per_network.get(client.network, 0) >= self._max_per_network

    def enter(self, client: Client) -> None:
        """Count a connection; each is followed by one `leave` of the same client."""
        if client.network is not None:
            self.connections += 1
            self._per_network[client.network] = self._per_network.get(client.network, 0) + 1

    def leave(self, client: Client) -> None:
        """Count a connection out again."""
        if client.network is None:
            return
        self.connections -= 1
        left = self._per_network[client.network] - 1
        if left:
            self._per_network[client.network] = left
        else:
            del self._per_network[client.network]

    def has_room_for(self, size_bytes: int) -> bool:
        """Say whether so many more bytes may be held in memory."""
        return self.bytes_in_hand + size_bytes <= self._max_bytes
