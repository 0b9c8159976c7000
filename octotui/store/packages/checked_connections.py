"""Connections whose addresses are judged before anything is sent to them."""

import socket
from collections.abc import Callable

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

Check = Callable[[str, str], None]
"""Lets a host, by its name, be reached at an address, or raises."""


def checked_pools(check: Check) -> urllib3.PoolManager:
    """Connections to servers, none through a proxy, each to an address that `check` lets through."""

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
    """Connect to the first address of a name that answers; it is looked up once, and judged then."""
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
        connection._dns_host = name  # by which the server is asked, and its certificate checked
    raise AssertionError("a name that is found has an address")
