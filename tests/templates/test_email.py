"""The template email, against real SMTP servers, with TLS and without."""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.templates.conftest import Run

PASSWORD = "correct horse"
MAIL = {
    "Server": "localhost",
    "From": "ci@example.org",
    "To": "ann@example.org",
    "Subject": "Done",
    "Body": "hi",
}


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


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Office, str]]:
    authority = trustme.CA()
    trusted = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(trusted))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    office = Office(context)
    yield office, str(trusted)
    office.close()


@pytest.fixture
def office(opened: tuple[Office, str], monkeypatch: pytest.MonkeyPatch) -> Office:
    """The servers, whose certificates the worker trusts, with nothing in the box yet."""
    monkeypatch.setenv("SSL_CERT_FILE", opened[1])
    opened[0].box.mails.clear()
    return opened[0]


def test_a_mail_with_an_attachment(run: Run, office: Office, tmp_path: Path) -> None:
    """S1: text, subject and names in any script; everyone gets it."""
    (tmp_path / "report ö.csv").write_bytes(b"a,b\r\n1,2\r\n")
    body = 'Grüße 🐙\n.\n"done" for #{Octopus.Task.Id}\n'
    more = {"To": "ann@example.org, Bob <bob@example.org>", "Cc": "eve@example.org", "Subject": "Größe: 3 €"}
    files = {"Attachments": f"\n{tmp_path}/report ö.csv\n"}
    port = office.ports["none"]
    done = run("email", None, **MAIL | more | files | {"Body": body}, Port=port, Security="none")
    assert (done.state, done.log) == ("succeeded", "The message is on its way.\n")
    ((recipients, mail),) = office.box.mails
    assert recipients == ["ann@example.org", "bob@example.org", "eve@example.org"]
    assert (mail["Subject"], mail["From"], mail["Cc"]) == ("Größe: 3 €", "ci@example.org", "eve@example.org")
    text, attached = mail.iter_parts()
    assert text.get_content().splitlines() == body.replace("#{Octopus.Task.Id}", "run-1").splitlines()
    assert (attached.get_filename(), attached.get_content()) == ("report ö.csv", "a,b\r\n1,2\r\n")


@pytest.mark.parametrize("security", ["STARTTLS", "TLS"])
def test_an_account_over_an_encrypted_connection(run: Run, office: Office, security: str) -> None:
    """V5: the password goes to the server alone."""
    where = {"Port": office.ports[security], "Security": security, "User": "ann", "Password": "#{Secret}"}
    done = run("email", {"Secret": PASSWORD}, **MAIL, **where, Html=True)
    assert (done.state, done.reason) == ("succeeded", "")
    ((_, mail),) = office.box.mails
    assert (mail.get_content_type(), mail.get_content().strip()) == ("text/html", "hi")
    wrong = run("email", {"Secret": "battery staple"}, **MAIL, **where)
    assert (wrong.state, len(office.box.mails)) == ("failed", 1)
    assert wrong.reason == "The server does not accept the user and the password."


def test_a_recipient_that_is_refused_is_a_warning(run: Run, office: Office) -> None:
    port = office.ports["none"]
    done = run("email", None, **MAIL, Cc="nobody@example.org", Port=port, Security="none")
    assert done.state == "succeeded-with-warnings"
    assert done.warnings == ["The server refuses the recipient nobody@example.org."]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"To": "nobody@example.org"}, "The server refuses every recipient: nobody@example.org."),
        ({"Subject": "Spam"}, "The server refuses the message with 554: no spam please."),
        ({"Subject": "one\nBcc: two"}, "The subject and the addresses must be one line each."),
        ({"Attachments": "/no/such"}, "Cannot attach /no/such: No such file or directory."),
        ({"Port": 1}, "The server cannot be reached: Connection refused."),
        ({"Security": "STARTTLS"}, "The server cannot be used: STARTTLS extension not supported by server.."),
    ],
)
def test_what_cannot_work_is_told_in_a_sentence(
    run: Run, office: Office, more: dict[str, str], reason: str
) -> None:
    done = run("email", None, **{**MAIL, "Port": office.ports["none"], "Security": "none"} | more)
    assert (done.state, done.reason, done.log) == ("failed", reason, "")
    assert office.box.mails == []


def test_a_server_that_nobody_trusts_gets_no_password(
    run: Run, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    where = {"Port": office.ports["TLS"], "Security": "TLS", "User": "ann", "Password": "#{Secret}"}
    done = run("email", {"Secret": PASSWORD}, **MAIL, **where)
    assert (done.state, "certificate verify failed" in done.reason) == ("failed", True)
    assert office.box.mails == []
