"""M5: `octotui health`."""

import json

from tests.cli.conftest import Call

MODEL = """\
[pools.p]
default = true
workers = ["one", "two"]
[machine_policies.bad]
check = "script"
every = "never"
script = "echo_error 'no docker'"
[workers.two]
policy = "bad"
[workers.off]
enabled = false
[pools.q]
workers = ["off"]
[[runbooks.ok.steps]]
name = "Work"
needs = ["sh"]
script = "true"
"""


def test_m5_machines_are_checked_and_shown(octotui: Call, write: Call, state) -> None:
    """W4, M5: and their health decides who is selected, also by a later call."""
    model = write(MODEL)
    found = octotui("health", model, "--wait", "--json", "--state", state)
    assert (found.code, found.err) == (1, "")
    rows = {each["machine"]: each for each in map(json.loads, found.out.splitlines())}
    assert {name: row["health"] for name, row in rows.items()} == {
        "one": "healthy",
        "two": "unhealthy",
        "off": "disabled",
        "three": "healthy",
    }
    assert (rows["two"]["reason"], rows["two"]["may_be_selected"]) == ("no docker", False)
    assert "sh" in rows["one"]["tools"]
    assert rows["one"]["latency"] < 10
    last = octotui("health", model, "two", "--last", "--state", state)
    assert last.out.startswith("two  unhealthy since ")
    assert "no docker" in last.out
    planned = octotui("plan", model, "ok", "--state", state).out
    assert "one: " in planned
    asked = octotui("health", model, "one", "--state", state)
    assert (asked.code, asked.out.strip().endswith("asks for a check of one")) == (0, True)
    events = octotui("events", model, "--state", state).out
    assert "two is unhealthy: no docker" in events
    assert octotui("health", model, "one", "--wait", "--state", state).code == 0


def test_m5_what_cannot_be_checked_is_refused(octotui: Call, write: Call, state) -> None:
    model = write(MODEL)
    octotui("run", model, "ok", "--state", state)
    for name, reason in (("twoo", 'did you mean "two"?'), ("off", "off is disabled")):
        refused = octotui("health", model, name, "--wait", "--state", state)
        assert (refused.code, reason.rstrip("?") in refused.err) == (2, True)
    for name in ("twoo", "elsewhere"):
        sentences = {octotui("health", model, name, *how, "--state", state).err for how in ((), ("--last",))}
        assert sentences == {octotui("workers", "check", model, name).err}, "said as by other verbs"
    refused = octotui("health", model, "twoo", "--last", "--state", state)
    assert (refused.code, 'did you mean "two"?' in refused.err) == (2, True)
