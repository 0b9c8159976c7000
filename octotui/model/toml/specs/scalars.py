"""Specifications of single values: names, slugs, packages, durations and the like."""

from msgspec.structs import replace

from octotui.model.machines.endpoints import ENDPOINT as ENDPOINTS
from octotui.model.machines.endpoints import USER as USERS
from octotui.model.machines.endpoints import endpoint_problem
from octotui.model.machines.tool_needs import PATTERN as TOOL
from octotui.model.quantities import (
    DURATION,
    RATE,
    SIZE,
    bytes_per_second,
    duration,
    rate,
    seconds,
    size,
    size_in_bytes,
)
from octotui.model.toml.specs.spec import KeySpec, ScalarSpec, quantity, text


def name(what: str = "a name in one line") -> ScalarSpec:
    """Return the specification of a non-blank text of one line."""
    return text(what, r"\S(?:.*\S)?")


SLUG = text('a slug of lower-case letters, digits, "-", "_" and "."', r"[a-z0-9][a-z0-9_.\-]*")
TAG = text('a tag such as "region/westus"', r"[^/\s]+/[^/\s]+")
PACKAGE = text(
    'a package such as "tools", "tools@1.2.0" or "tools@[1.0,2.0)"',
    r"[^@\s/.][^@\s/]*(?:@[^@\s/](?:[^@/]*[^@\s/])?)?",
)
PACKAGE_ID = text("the id of a package", r"[^@\s/]+")
NEED = text(
    'a command such as "curl", or a Python module such as "python:boto3"',
    r"(?:python:)?[A-Za-z0-9_][A-Za-z0-9_.+\-]*",
)
TOOL_NEED = text(
    'a command such as "docker", a Python module such as "python:boto3", or with a version "kubectl>=1.28"',
    TOOL,
)
ENVIRONMENT_NAMES = text(
    'the name of an environment variable such as "SSH_AUTH_SOCK", or a pattern such as "AWS_*"',
    r"[A-Za-z][A-Za-z0-9_*]*",
)
DAY = text('a day such as "2027-01-01"', r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])")
COMMAND_WORD = replace(
    text("a command or an argument of it", r"\S(?:.*\S)?", path=True), path_begins=("./", "../")
)
PATH = text("a path", r"\S(?:.*\S)?", path=True)
ENDPOINT = replace(
    text('"local", which is this machine, or a way such as "ssh://user@host:22"', ENDPOINTS),
    why=endpoint_problem,
)
USER = text("the name of an account over there", USERS)
KEY_FILE = replace(text("the path of a private key", r"\S(?:.*\S)?", path=True), home=True)
CERTIFICATE_FILE = replace(text("the path of a certificate", r"\S(?:.*\S)?", path=True), home=True)
CLUSTER = text(
    'the address of a cluster\'s API such as "https://cluster.example.com:6443"',
    r"https://[^\s/@?#]+(?:/[^\s?#]*)?",
)
CONTEXT = text('a context of a kubeconfig such as "staging"', r"[^\s-]\S*")
NAMESPACE = text('a namespace such as "shop"', r"[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?")
URL = text('an address such as "https://feeds.example/tools/"', r"https?://[^\s/@?#]+(?:[/?][^\s#]*)?")
HOST = text(
    'a host such as "cdn.example.com", or with a port that is not the usual one, "cdn.example.com:8443"',
    r"(?:[A-Za-z0-9_](?:[A-Za-z0-9_.\-]*[A-Za-z0-9_])?|\[[0-9A-Fa-f:.]+\])(?::[1-9][0-9]{0,4})?",
)
INNER_FILES = text(
    'a pattern such as "*.json" or "web/**/*.config"', r"(?!/)(?!(?:.*/)?\.\.(?:/|$))\S(?:.*\S)?"
)
TIME = quantity('a duration such as "90s", "15m" or "1h30m"', DURATION, seconds, duration)
EVERY = replace(
    text('a duration such as "1h", or "never"', rf"never|{DURATION}"),
    clean=lambda raw: None if raw == "never" else seconds(raw) or None,
    show=lambda value: "never" if value is None else duration(value),
)
BYTES = quantity('a size such as "500 MB" or "10 GiB"', SIZE, size_in_bytes, size)
SPEED = quantity('a rate such as "64 KiB/s" or "1 MB/s"', RATE, bytes_per_second, rate)
CONDITION = replace(
    text(
        '"success", "failure", "always", "True", "False" or an expression such as "#{Deploy}"',
        r"\s*(?:success|failure|always|[Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee]|[\s\S]*#\{[\s\S]*)\s*",
        lines=True,
    ),
    clean=lambda raw: raw if "#{" in raw else raw.strip(),
)
NAME = KeySpec(name(), "What people call it; without it, its slug.")

VARIABLE = name("the name of a variable")
