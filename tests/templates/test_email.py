"""The template email, against real SMTP servers, with TLS and without."""

from pathlib import Path

import pytest

from tests.templates.conftest import Run
from tests.templates.office import PASSWORD, Office

MAIL = {
    "Server": "localhost",
    "From": "ci@example.org",
    "To": "ann@example.org",
    "Subject": "Done",
    "Body": "hi",
}


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
