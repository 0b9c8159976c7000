"""SMTP servers that keep the mail they get."""

import asyncio
import ssl
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

PASSWORD = "correct horse"


class Box:
    """Takes mail to anyone but those called nobody."""

    def __init__(self) -> None:
        self.mails: list[tuple[list[str], EmailMessage]] = []

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("nobody"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, EmailMessage, policy=policy.default)
        if mail["Subject"] == "Spam":
            return "554 no spam please"
        self.mails.append((envelope.rcpt_tos, mail))
        return "250 OK"


def authenticate(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
) -> AuthResult:
    assert isinstance(data, LoginPassword)
    return AuthResult(success=(data.login, data.password) == (b"ann", PASSWORD.encode()), handled=False)


class Office:
    """Three servers in a thread of their own: in clear, with STARTTLS, and with TLS from the start."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.box = Box()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._servers: list[asyncio.Server] = []
        self.ports = {
            "none": self._open(),
            "STARTTLS": self._open(tls_context=context, require_starttls=True, authenticator=authenticate),
            "TLS": self._open(context, auth_require_tls=False, authenticator=authenticate),
        }

    def _open(self, context: ssl.SSLContext | None = None, **more: Any) -> int:
        def protocol() -> SMTP:
            return SMTP(self.box, enable_SMTPUTF8=True, loop=self._loop, **more)

        opening = self._loop.create_server(protocol, "127.0.0.1", 0, ssl=context)
        server = asyncio.run_coroutine_threadsafe(opening, self._loop).result(10)
        self._servers.append(server)
        port: int = server.sockets[0].getsockname()[1]
        return port

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._closed(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _closed(self) -> None:
        for server in self._servers:
            server.close()
            await server.wait_closed()
