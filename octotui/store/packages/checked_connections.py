"""Connection pools that check each address before anything is sent to it."""

import socket
from collections.abc import Callable

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

Check = Callable[[str, str], None]
"""Admits an address (second) of a host name (first), or raises."""


def checked_pools(check: Check) -> urllib3.PoolManager:
    """Return connection pools without a proxy, which connect only to addresses that `check` admits."""

    class Http(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return _connected(self, super()._new_conn, check)

    class Https(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return _connected(self, super()._new_conn, check)

    class HttpPool(HTTPConnectionPool):
        ConnectionCls = Http

    class HttpsPool(HTTPSConnectionPool):
        ConnectionCls = Https

    manager = urllib3.PoolManager()
    manager.pool_classes_by_scheme = {"http": HttpPool, "https": HttpsPool}
    return manager


def _connected(
    connection: HTTPConnection, connect: Callable[[], socket.socket], check: Check
) -> socket.socket:
    """Resolve a name once, check its addresses, and connect to the first that answers."""
    name = connection._dns_host
    try:
        found = socket.getaddrinfo(name, connection.port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise NameResolutionError(connection.host, connection, socket.gaierror(str(error))) from error
    addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
    for address in addresses:
        check(name, address)
    try:
        for number, address in enumerate(addresses, 1):
            connection._dns_host = address
            try:
                return connect()
            except (NewConnectionError, ConnectTimeoutError):
                if number == len(addresses):
                    raise
    finally:
        connection._dns_host = name  # for the Host header and the certificate
    raise AssertionError("a name that is found has an address")
