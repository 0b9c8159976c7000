"""V5: one masker for a space: what an open run knows is masked in all that is kept, whoever says it."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from octotui.engine import commands
from octotui.engine.commands import Refused
from octotui.engine.events import InterruptionAnswered, JobProgressed, RunQueued
from octotui.engine.state import Job, Outcome, State
from octotui.model.process import Manual, Script, Step
from octotui.model.space import Feed, Model, Scope, Value
from octotui.model.toml.read import load
from octotui.model.values import Prompt, Secret
from octotui.runtime.jobs.package_acquisition import Chosen
from octotui.runtime.jobs.secret_sources import UnreadableSecret
from octotui.runtime.jobs.secret_store import OPENING, SecretStore
from octotui.runtime.open_space import open_space
from octotui.store.journal.in_memory import MemoryJournal
from octotui.workers.executor import AttemptStatus
from tests.runtime.jobs.masking.encodings import ENCODINGS, PROGRAMS
from tests.runtime.reading import said
from tests.runtime.rig import Hands, Rig, play, soon
from tests.world import model, packages, script

VALUE = "hunter22/käse"
FAILED = Outcome(state="failed", exit_code=1, reason="exit code 1")


async def read(secret: Secret) -> str:
    return VALUE


def space(**more: list[Step]) -> Model:
    """A runbook `keeper` that is given the value, and `teller`, which is not."""
    login = Step(name="Log in", action=Script(body="login"), pool="setup")
    return model({"keeper": [login], "teller": [script("Tell")], **more})


def with_value(declared: Model, process: str = "keeper") -> Model:
    """Give the value to the steps of one runbook alone."""
    value = Value(kind="sensitive", secret=Secret(env="PASSWORD"), scope=Scope(process=(process,)))
    return replace(declared, variables={"Password": (value,)})


def everything(folder: Path, journal: MemoryJournal) -> str:
    """All that was kept: the journal, and every file of the space but those of scripts."""
    files = (path for path in folder.rglob("*") if path.is_file() and "workers" not in path.parts)
    return "\n".join([repr(list(journal.read())), *(path.read_text(errors="replace") for path in files)])


def test_v5_what_a_run_was_given_is_masked_in_the_jobs_of_others(tmp_path: Path) -> None:
    """In output, names and values of output variables, highlights, warnings, progress and reasons."""
    hands, journal = Hands(), MemoryJournal()
    encoded = [encode(VALUE) for name, encode in ENCODINGS.items() if name not in PROGRAMS]

    async def main(rig: Rig) -> None:
        await rig.start("keeper")
        await rig.until(lambda: hands.jobs == ["job-1.1"])
        await rig.start("teller")
        await rig.until(lambda: len(hands.jobs) == 2)
        tell = hands.outputs["job-2.1"]
        for text in encoded:
            tell(f"it is {text}\n".encode())
        tell(said("setVariable", name=f"My {VALUE}", value="open") + b"\n")
        tell(said("setVariable", name="Url", value=f"http://me:{VALUE}@x") + b"\n")
        for level in ("highlight", "warning", "default"):
            tell(said(f"stdout-{level}") + b"\nsee " + VALUE.encode() + b"\n")
        tell(said("progress", percentage="50", message=f"with {VALUE}") + b"\n")
        tell(said("resultMessage", message=f"no {VALUE}") + b"\n")
        hands.end("job-2.1", FAILED)
        await rig.until(lambda: rig.run_state("run-2") == "failed")
        job = (await rig.session.family("run-2")).jobs["job-2.1"]
        assert (job.reason, job.highlights, job.warnings) == (
            "no ********",
            ("see ********",),
            ("see ********",),
        )
        assert [each.message for each in journal.read() if isinstance(each, JobProgressed)] == [
            "with ********"
        ]
        assert (await rig.session.family("run-2")).runs["run-2"].progress.outputs == (
            ("Tell", "My ********", "open"),
        )

    play(with_value(space()), tmp_path, main, executor=hands, journal=journal, secret_store=SecretStore(read))
    kept = everything(tmp_path, journal)
    assert "it is ********" in kept
    assert not [text for text in (VALUE, "hunter", *encoded) if text in kept]


def test_v5_when_the_last_run_that_knows_a_value_has_ended_it_is_shown_again(tmp_path: Path) -> None:
    hands = Hands()

    async def main(rig: Rig) -> None:
        for _ in range(2):
            await rig.start("keeper")
        await rig.until(lambda: len(hands.jobs) == 2)
        for number, shown in ((1, "********"), (2, "********"), (3, VALUE)):
            await rig.start("teller")
            job = f"job-{number + 2}.1"
            await rig.until(lambda job=job: job in hands.outputs)
            hands.outputs[job](f"it is {VALUE}\n".encode())
            hands.end(job)
            await rig.until(lambda number=number: rig.run_state(f"run-{number + 2}") == "succeeded")
            log = rig.session.log_path(f"run-{number + 2}", job)
            assert log.read_text() == f"it is {shown}\n"
            if number < 3:
                hands.end(f"job-{number}.1")
                await rig.until(lambda number=number: rig.run_state(f"run-{number}") == "succeeded")
        assert rig.crew._masked.matcher.values == frozenset()

    play(with_value(space()), tmp_path, main, executor=hands, secret_store=SecretStore(read))


@pytest.mark.parametrize(
    "message",
    [
        said("mask", value=VALUE),
        said("setVariable", name="Token", value=VALUE, sensitive="True"),
    ],
)
def test_v5_what_a_script_says_is_sensitive_is_masked_everywhere(tmp_path: Path, message: bytes) -> None:
    hands, journal = Hands(), MemoryJournal()

    async def main(rig: Rig) -> None:
        await rig.start("keeper")
        await rig.start("teller")
        await rig.until(lambda: len(hands.jobs) == 2)
        hands.outputs["job-2.1"](b"before\n")
        hands.outputs["job-1.1"](message + b"\n")
        hands.outputs["job-2.1"](f"it is {VALUE}\n".encode())
        for job in ("job-2.1", "job-1.1"):
            hands.end(job, FAILED)
        await rig.until(lambda: rig.run_state("run-1") == "failed")
        assert rig.session.log_path("run-2", "job-2.1").read_text() == "before\nit is ********\n"

    play(space(), tmp_path, main, executor=hands, journal=journal)
    assert "hunter" not in everything(tmp_path, journal)


def test_v5_what_people_type_is_masked(tmp_path: Path) -> None:
    """Notes and fields of answers, values for a run, notes of a release, and what was refused."""
    ask = Step(
        name="May it?",
        action=Manual(
            instructions="#{Word} it?",
            fields={"Why": Prompt(), "How": Prompt(kind="select", options=("hunter22",))},
        ),
    )
    hands, journal = Hands(), MemoryJournal()
    declared = with_value(space(ask=[ask, script("Then")]))
    prompts = {"Word": (Value(kind="text", prompt=Prompt()),)}
    declared = replace(declared, variables=declared.variables | prompts)

    async def main(rig: Rig) -> None:
        send = rig.session.send
        await rig.start("keeper", variables={"Word": "x"})  # type: ignore[arg-type]
        await rig.until(lambda: hands.jobs)
        queued = await send(commands.StartRun(process="ask", variables={"word": f"say {VALUE}"}))
        assert next(each for each in queued if isinstance(each, RunQueued)).secrets == ("Word",)
        await rig.until(lambda: rig.state.interruptions)
        await send(commands.TakeInterruption(interruption="question-1", user="ann"))
        answer = commands.AnswerInterruption(
            interruption="question-1",
            user="ann",
            answer="proceed",
            notes=f"since {VALUE}",
            values={"Why": f"because {VALUE}", "How": "hunter22"},
        )
        answered = next(each for each in await send(answer) if isinstance(each, InterruptionAnswered))
        assert (answered.notes, answered.values, answered.secrets) == (
            "since ********",
            {"How": "hunter22"},
            ("Why",),
        )
        assert await send(answer) == ()
        with pytest.raises(Refused, match="answered already"):
            await send(replace(answer, notes="something else"))
        await rig.until(lambda: "job-2.1" in hands.jobs or "job-2.2" in hands.jobs)
        environment = hands.begun[-1].environment
        assert environment["Word"] == f"say {VALUE}"
        assert environment["Octopus_Action_May_it_Output_Why"] == f"because {VALUE}"
        await send(commands.RecordRefusal(user="bob", action="StartRun", subject=VALUE, reason=f"no {VALUE}"))
        await send(commands.CreateRelease(process="teller", notes=f"with {VALUE}"))

    play(declared, tmp_path, main, executor=hands, journal=journal, secret_store=SecretStore(read))
    assert VALUE not in everything(tmp_path, journal)


def test_v5_after_a_crash_values_of_jobs_that_go_on_are_masked_in_all(tmp_path: Path) -> None:
    """They stand in the private record of each; also those that only a message had made sensitive."""
    hands, journal = Hands(), MemoryJournal()
    states = []

    async def before(rig: Rig) -> None:
        await rig.start("keeper")
        await rig.until(lambda: hands.jobs == ["job-1.1"])
        hands.outputs["job-1.1"](said("mask", value="squid-33") + b"\n")
        hands.end("job-1.1")
        await rig.until(lambda: hands.jobs == ["job-1.1", "job-1.2"])
        await rig.start("teller")
        await rig.until(lambda: len(hands.jobs) == 3)
        hands.outputs["job-2.1"](f"{VALUE} and squid-33".encode())
        states.append(rig.state)

    two = model({"keeper": [script("One"), script("Two")], "teller": [script("Tell")]})
    two = with_value(two)
    play(two, tmp_path, before, executor=hands, journal=journal, secret_store=SecretStore(read))
    again = Hands()
    again.left = {job: AttemptStatus("running", hands.memos[job]) for job in ("job-1.2", "job-2.1")}

    async def after(rig: Rig) -> None:
        await soon()
        again.outputs["job-2.1"](f"{VALUE} and squid-33\n{VALUE} or squid-33\n".encode())
        again.end("job-2.1")
        await rig.until(lambda: rig.run_state("run-2") == "succeeded")
        log = rig.session.log_path("run-2", "job-2.1")
        assert log.read_text() == "******** and ********\n******** or ********\n"
        assert not list((tmp_path / "space" / "masked").iterdir())

    state = states[0]
    play(two, tmp_path, after, executor=again, journal=journal, state=state, secret_store=SecretStore(read))


WAITING = [script("Log in"), Step(name="May it?", action=Manual(instructions="?")), script("Then")]


def left_waiting(declared: Model, folder: Path, journal: MemoryJournal, runs: int = 1) -> State:
    """Where a space is left whose runs wait for an answer, each after a job that was given the value."""
    hands, states = Hands(), []

    async def main(rig: Rig) -> None:
        for number in range(1, runs + 1):
            await rig.start("keeper")
            await rig.until(lambda: len(hands.jobs) == number)  # noqa: B023 - it is awaited
            hands.end(f"job-{number}.1")
            await rig.until(lambda: len(rig.state.interruptions) == number)  # noqa: B023
        states.append(rig.state)

    play(declared, folder, main, executor=hands, journal=journal, secret_store=SecretStore(read))
    return states[0]


def test_v5_after_a_restart_what_a_run_that_waits_has_read_is_masked(tmp_path: Path) -> None:
    """Before anything else is done, though no job of it goes on; what cannot be read fails nothing."""
    journal, hands = MemoryJournal(), Hands()
    declared = with_value(space(keeper=WAITING))
    elsewhere = Value(kind="sensitive", secret=Secret(env="GONE"), scope=Scope(process=("keeper",)))
    declared = replace(declared, variables=declared.variables | {"Another": (elsewhere,)})
    state = left_waiting(declared, tmp_path, journal)

    async def reread(secret: Secret) -> str:
        if secret.env == "GONE":
            raise UnreadableSecret("it is gone")
        return VALUE

    async def after(rig: Rig) -> None:
        send = rig.session.send
        await rig.start("teller")
        await rig.until(lambda: hands.jobs)
        hands.outputs["job-2.1"](said("stdout-highlight") + f"\nsee {VALUE}\n".encode())
        hands.end("job-2.1")
        await rig.until(lambda: rig.run_state("run-2") == "succeeded")
        assert "see ********" in rig.session.log_path("run-2", "job-2.1").read_text()
        await send(commands.TakeInterruption(interruption="question-1", user="ann"))
        answer = commands.AnswerInterruption(
            interruption="question-1", user="ann", answer="proceed", notes=f"since {VALUE}"
        )
        answered = next(each for each in await send(answer) if isinstance(each, InterruptionAnswered))
        assert answered.notes == "since ********"
        await rig.until(lambda: rig.run_state("run-1") == "failed")  # its next script needs what is gone

    play(
        declared,
        tmp_path,
        after,
        executor=hands,
        journal=journal,
        state=state,
        secret_store=SecretStore(reread),
    )
    assert VALUE not in everything(tmp_path, journal)


@pytest.mark.parametrize("source", ["env", "file", "command"])
def test_v5_after_a_restart_values_are_read_from_where_they_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    there = tmp_path / "value"
    there.write_text(VALUE)
    monkeypatch.setenv("PASSWORD", VALUE)
    sources = {
        "env": Secret(env="PASSWORD"),
        "file": Secret(file=str(there)),
        "command": Secret(command=("cat", str(there))),
    }
    declared = replace(
        space(keeper=WAITING), variables={"Password": (Value(kind="sensitive", secret=sources[source]),)}
    )
    state = left_waiting(declared, tmp_path / "kept", MemoryJournal())
    store = SecretStore()

    async def opened() -> None:
        await store.reload(state)
        await store.close()

    asyncio.run(opened())
    assert store.masked.held_by("run-1") == (VALUE,)


def test_v5_opening_waits_only_so_long_for_values_and_masks_them_once_they_are_read(tmp_path: Path) -> None:
    """Equal sources are read once, and what fails is said by a job that needs it."""
    declared, asked = with_value(space(keeper=WAITING)), []
    state = left_waiting(declared, tmp_path, MemoryJournal(), runs=2)

    async def slow(secret: Secret) -> str:
        asked.append(secret)
        await asyncio.sleep(2 * OPENING)
        return VALUE

    async def after(rig: Rig) -> None:
        assert rig.crew.mask(VALUE) == VALUE
        await asyncio.sleep(2 * OPENING)
        assert rig.crew.mask(VALUE) == "********"
        assert rig.crew._masked.held_by("run-1") == rig.crew._masked.held_by("run-2") == (VALUE,)
        assert len(asked) == 1

    play(declared, tmp_path, after, state=state, secret_store=SecretStore(slow))


def test_v5_what_filters_made_of_a_value_is_masked_wherever_it_is_said(tmp_path: Path) -> None:
    hands, journal = Hands(), MemoryJournal()
    shout = Step(name="Log in", action=Script(body="echo '#{Password | Substring 1 9}'"), pool="setup")
    declared = with_value(space(keeper=[shout]))
    loud = Value(value="#{Password | ToUpper}", scope=Scope(process=("keeper",)))
    declared = replace(declared, variables=declared.variables | {"Loud": (loud,)})

    async def main(rig: Rig) -> None:
        await rig.start("keeper")
        await rig.until(lambda: hands.jobs)
        await rig.start("teller")
        await rig.until(lambda: len(hands.jobs) == 2)
        hands.outputs["job-2.1"](f"{VALUE.upper()}\n{VALUE[1:10]}\n{VALUE[:5]}\n".encode())
        hands.end("job-2.1")
        await rig.until(lambda: rig.run_state("run-2") == "succeeded")
        log = rig.session.log_path("run-2", "job-2.1").read_text()
        assert log == f"********\n********\n{VALUE[:5]}\n"

    play(declared, tmp_path, main, executor=hands, journal=journal, secret_store=SecretStore(read))


class TellingAcquirer:
    """Says where it has packages from, with the token it was let in with."""

    async def choose(self, model: Model, needed: tuple[str, ...], channel: object = None) -> Chosen:
        return dict.fromkeys(needed, "1.0"), ()

    async def acquire(
        self, model: Model, job: Job, machine: object, output: Callable[[bytes], None], in_use: object = None
    ) -> Outcome:
        output(b"copying from https://x?token=token-4711\n")
        return Outcome(state="failed", reason="https://x?token=token-4711 does not let us in")

    def stop(self, job: str) -> None:
        pass


def test_v5_tokens_that_octotui_reads_itself_are_masked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of feeds, and the passwords of proxies; in Base64 as they are sent."""
    monkeypatch.setenv("FEED_TOKEN", "token-4711\n")
    monkeypatch.setenv("https_proxy", "http://me:proxy%40word@proxy:3128")
    hands, journal = Hands(), MemoryJournal()
    declared = model({"teller": [script("Tell")], "needy": [script("A", packages=packages("tools"))]})
    declared = replace(declared, feeds={"f": Feed(url="https://x", token_env="FEED_TOKEN")})

    async def main(rig: Rig) -> None:
        await rig.start("needy")
        await rig.until(lambda: rig.run_state("run-1") == "failed")
        await rig.start("teller")
        await rig.until(lambda: hands.jobs)
        hands.outputs["job-2.1"](b"token-4711, bWU6dG9rZW4tNDcxMQ==, proxy%40word or proxy@word\n")
        hands.end("job-2.1")
        await rig.until(lambda: rig.run_state("run-2") == "succeeded")
        log = rig.session.log_path("run-2", "job-2.1").read_text()
        assert log == "********, bWU6********, ******** or ********\n"

    play(declared, tmp_path, main, executor=hands, journal=journal, acquirer=TellingAcquirer())
    kept = everything(tmp_path, journal)
    assert "copying from https://x?token=********\n" in kept
    assert "https://x?token=******** does not let us in" in kept
    assert "4711" not in kept


def test_v5_an_end_while_a_value_is_read_leaves_nothing_held(tmp_path: Path) -> None:
    hands = Hands()
    patience = asyncio.Event()

    async def slow(secret: Secret) -> str:
        await patience.wait()
        return VALUE

    async def main(rig: Rig) -> None:
        await rig.start("keeper")
        await soon()
        await rig.session.send(commands.CancelRun(run="run-1"))
        await rig.until(lambda: rig.run_state("run-1") == "cancelled")
        patience.set()
        await soon()
        assert rig.crew._masked.matcher.values == frozenset()

    play(with_value(space()), tmp_path, main, executor=hands, secret_store=SecretStore(slow))


REAL = """
[space]
name = "Masking"
[pools.setup]
workers = ["one", "two"]
[variables]
Password = [{ sensitive = { file = "password" }, process = "keeper" }]
[[runbooks.keeper.steps]]
name = "Keep"
pool = "setup"
script = "until [ -e FOLDER/told ]; do sleep 0.05; done"
[[runbooks.teller.steps]]
name = "Tell"
pool = "setup"
script = '''
value=$(cat FOLDER/password)
set -x
: "$value"
set +x
printf '%q\n' "$value"
echo "${value@Q} $(printf %s "$value" | base64) $(printf 'x%s' "$value" | base64 -w 64)"
printf %s "$value" | od -An -tx1
printf '{"value": "%s"}\n' "$value" | python3 -c 'import json, sys; print(json.dumps(sys.stdin.read()))'
printf '%s\n' "$value" | grep --color=always "unter"
write_highlight "see $value"
set_octopusvariable "Name $value" "a $value"
echo report > report.txt
new_octopusartifact report.txt "report of $value.txt"
fail_step "no $value"
'''
"""


async def test_v5_nothing_that_real_scripts_print_of_another_runs_value_is_kept(tmp_path: Path) -> None:
    """V7: names of artifacts, too."""
    value = 'hunter22\'s "käse" & $more\\x'
    (tmp_path / "password").write_text(f"{value}\n")
    path = tmp_path / "space.toml"
    path.write_text(REAL.replace("FOLDER", str(tmp_path)))
    async with open_space(load(path), tmp_path / "state", "ann", time.time) as session:
        await session.send(commands.StartRun(process="keeper"))
        while not any(job.state == "running" for job in session.state.jobs.values()):
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)
        await session.send(commands.StartRun(process="teller"))
        while len(session.state.families) > 1:
            await asyncio.sleep(0.02)
        (tmp_path / "told").touch()
        while len(session.state.families):
            await asyncio.sleep(0.02)
        (artifact,) = (await session.family("run-2")).jobs["job-2.1"].artifacts
        assert artifact.name == "report of ********.txt"
        log = session.log_path("run-2", "job-2.1").read_text()
    assert log.count("********") > 8
    files = [
        each for each in (tmp_path / "state").rglob("*") if each.is_file() and "workers" not in each.parts
    ]
    assert files
    for file in files:
        assert b"hunt" not in file.read_bytes()
        assert "hunt" not in file.name


def test_v5_a_passphrase_that_is_given_is_kept_in_memory_alone(tmp_path: Path) -> None:
    """M1, V5: masked from then on; one that nobody waits for is not kept at all."""
    journal, store = MemoryJournal(), SecretStore(read)

    async def main(rig: Rig) -> None:
        with pytest.raises(Refused):
            await rig.session.send(commands.GivePassphrase(key="~/.ssh/deploy", passphrase=VALUE))
        assert not store.passphrases.any
        await rig.session.send(commands.CheckHealth(machines=("worker1",)))
        found = commands.ReportCheck(machine="worker1", health="unavailable", locked_key="~/.ssh/deploy")
        await rig.session.send(found)
        given = commands.GivePassphrase(key="~/.ssh/deploy", passphrase=VALUE, by="ann")
        await rig.session.send(given)
        assert store.passphrases.known("~/.ssh/deploy") == VALUE
        told = await rig.session.send(commands.RecordCommand(machine="worker1", text=f"login {VALUE}"))
        assert VALUE not in repr(told)
        assert VALUE not in everything(tmp_path, journal)

    play(space(), tmp_path, main, journal=journal, secret_store=store)
