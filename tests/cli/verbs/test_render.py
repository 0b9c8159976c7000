"""`octotui render`."""

import subprocess

from tests.cli.conftest import ROOT, command

FILE = ROOT / "configs" / "pool-variables.toml"


def rendered(text: bytes, *arguments: object) -> tuple[int, bytes, str]:
    done = subprocess.run(
        command("render", *arguments), input=text, capture_output=True, check=False, cwd=ROOT
    )
    return done.returncode, done.stdout, done.stderr.decode()


def test_a_text_is_filled_in_with_a_model_and_given_values() -> None:
    """V1: given values come before the model's; bytes that are no UTF-8 pass through."""
    code, out, err = rendered(
        b"#{Greeting}, #{Who | ToUpper}\xff\n", FILE, "--environment", "production", "--set", "Who=ann"
    )
    assert (code, out, err) == (0, b"good day, ANN\xff\n", "")
    assert rendered(b"#{Greeting}", FILE, "--set", "greeting=moin")[1] == b"moin"


def test_without_a_model_and_with_unknown_names() -> None:
    """V1: they stay as written, and are told once."""
    code, out, err = rendered(b"#{A}#{B}#{A}", "--set", "B=b")
    assert (code, out) == (0, b"#{A}b#{A}")
    assert err == "octotui: there is no variable A\n"


def test_a_broken_expression() -> None:
    """V1: it stays, and is told with its line and column."""
    code, out, err = rendered(b"one\n#{if A}two #{B}", "--set", "B=b")
    assert (code, out) == (0, b"one\n#{if A}two b")
    assert err.startswith("octotui: line 2, column 1: ")
    assert "Traceback" not in err


def test_v1_a_text_stays_in_its_encoding() -> None:
    text = "\ufeff<é>\r\n#{B}\r\n"
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        code, out, err = rendered(text.encode(encoding), "--set", "B=\u00fc")
        assert (code, out, err) == (0, text.replace("#{B}", "\u00fc").encode(encoding), "")
    code, out, err = rendered(b"\xe9#{B}", "--set", "B=\u4e2d")
    assert (code, out) == (1, b"")
    assert "a value in line 1 has a character that there is not in windows-1252" in err


def test_as_a_process_sees_it_and_nothing_sensitive() -> None:
    """V4, V5."""
    file = ROOT / "configs" / "variables.toml"
    text = b"#{Colour} #{Sender} #{Database.Url}"
    code, out, _ = rendered(text, file, "--project", "shop")
    assert (code, out) == (0, b"blue shop@example.org postgres://shop:********@db.example.org/shop")
    assert rendered(b"#{Colour}", file)[1] == b"grey"
