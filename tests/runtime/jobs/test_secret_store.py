"""V5: sensitive values of open runs, in memory alone."""

import asyncio
import gc
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from octotui.engine.advance import advance
from octotui.engine.commands import (
    AnswerInterruption,
    CancelRun,
    LoadModel,
    Outcome,
    StartRun,
    TakeInterruption,
)
from octotui.engine.events import JobEnded
from octotui.engine.evolve.evolve import evolve
from octotui.engine.state import State
from octotui.model.process import Manual, Script, StartRunbook, Step
from octotui.model.space import Model, Scope, Target, Value
from octotui.model.values import Prompt, Secret
from octotui.runtime.jobs.secret_sources import UnreadableSecret
from octotui.runtime.jobs.secret_store import SecretStore
from octotui.store.journal.in_memory import MemoryJournal
from octotui.store.logs.log_reader import LogReader
from octotui.workers.executor import AttemptStatus
from octotui.workers.simulated import SimulatedExecutor
from tests.runtime.reading import said
from tests.runtime.rig import Hands, Rig, play, soon
from tests.world import child, manual, model, on_targets

FAILED = Outcome(state="failed", exit_code=1, reason="it was hunter22")


class Source:
    """Where values are read: what there is, and what was read."""

    def __init__(self, **there: str) -> None:
        self.there = there
        self.read: list[str] = []
        self.patience: asyncio.Event | None = None

    async def __call__(self, secret: Secret) -> str:
        name = secret.env or ""
        self.read.append(name)
        if self.patience is not None:
            await self.patience.wait()
        if name not in self.there:
            raise UnreadableSecret(f"the environment variable {name} is not set")
        return self.there[name]


def secret(env: str, **scope: tuple[str, ...]) -> Value:
    return Value(kind="sensitive", secret=Secret(env=env), scope=Scope(**scope))


def step(name: str, body: str = "true", **more: object) -> Step:
    return Step(name=name, action=Script(body=body), pool="setup", **more)  # type: ignore[arg-type]


def small(*steps: Step, **variables: tuple[Value, ...]) -> Model:
    return model({"a": list(steps)}, variables=variables)


def test_a_script_gets_the_value_that_wins_and_nobody_else_sees_it(tmp_path: Path) -> None:
    """V5: not in the journal, a log, a warning or a reason, also split over chunks and in Base64."""
    hands, journal, source = Hands(), MemoryJournal(), Source(TEST="hunter22", LIVE="hunter33")
    declared = (secret("TEST"), secret("LIVE", environment=("production",)))
    body = "login #{Password} #{Unknown[#{Password}]}"

    async def main(rig: Rig) -> None:
        await rig.start("a")
        await rig.until(lambda: hands.begun)
        work = hands.begun[0]
        assert work.script.startswith("login hunter22 ")
        assert (work.environment["Password"], work.environment["Url"]) == ("hunter22", "db://me:hunter22@x")
        for chunk in (b"it is hun", b"ter22 or aHVudGVy", b"MjI= so\n"):
            hands.outputs["job-1.1"](chunk)
        hands.outputs["job-1.1"](said("setVariable", name="Echo", value="my hunter22"))
        hands.end("job-1.1", FAILED)
        await rig.until(lambda: rig.run_state("run-1") == "failed")
        with LogReader(rig.session.log_path("run-1", "job-1.1")) as log:
            text = "\n".join(log.tail(9))
        assert "it is ******** or ******** so" in text
        for told in (text, repr(list(journal.read())), repr(rig.state)):
            assert "hunter" not in told
        assert source.read == ["TEST"]

    world = small(step("A", body), Password=declared, Url=(Value(value="db://me:#{Password}@x"),))
    play(world, tmp_path, main, executor=hands, secret_store=SecretStore(source), journal=journal)


def test_values_are_read_once_a_run_and_forgotten_with_it(tmp_path: Path) -> None:
    hands, source = Hands(), Source(TEST="hunter22")

    async def main(rig: Rig) -> None:
        for run in (1, 2):
            await rig.start("a")
            await rig.until(lambda run=run: f"job-{run}.1" in hands.jobs)
            hands.end(f"job-{run}.1")
            await rig.until(lambda run=run: f"job-{run}.2" in hands.jobs)
            hands.end(f"job-{run}.2")
            await rig.until(lambda run=run: rig.run_state(f"run-{run}") == "succeeded")
        assert source.read == ["TEST", "TEST"]
        assert "hunter22" not in repr(vars(rig.crew._secret_store))

    play(
        small(step("A"), step("B"), Password=(secret("TEST"),)),
        tmp_path,
        main,
        executor=hands,
        secret_store=SecretStore(source),
    )


def test_what_cannot_be_read_fails_the_job_and_names_every_variable(tmp_path: Path) -> None:
    """V5: the sentence has the variable, not the value; nothing was started."""
    hands, source = Hands(), Source()

    async def main(rig: Rig) -> None:
        await rig.start("a")
        await rig.until(lambda: rig.run_state("run-1") == "failed")
        reason = (await rig.session.family("run-1")).jobs["job-1.1"].reason
        assert reason == (
            "the sensitive variable Password cannot be used: the environment variable ONE is not set; "
            "the sensitive variable Token cannot be used: the environment variable TWO is not set"
        )
        assert hands.begun == []

    world = small(step("A"), Password=(secret("ONE"),), Token=(secret("TWO"),))
    play(world, tmp_path, main, executor=hands, secret_store=SecretStore(source))


def test_a_retry_reads_again(tmp_path: Path) -> None:
    """S5: somebody may have unlocked it meanwhile."""
    hands, source = Hands(), Source()

    async def main(rig: Rig) -> None:
        await rig.start("a")
        await rig.until(lambda: source.read)
        source.there["ONE"] = "hunter22"
        await rig.until(lambda: hands.begun)
        assert hands.begun[0].environment["Password"] == "hunter22"
        assert source.read == ["ONE", "ONE"]

    play(
        small(step("A", retries=1, backoff=1.0), Password=(secret("ONE"),)),
        tmp_path,
        main,
        executor=hands,
        secret_store=SecretStore(source),
    )


def test_a_job_that_is_cancelled_does_not_wait_for_its_values(tmp_path: Path) -> None:
    """Q6: as when a password manager asks somebody who is not there."""
    hands, source = Hands(), Source()

    async def main(rig: Rig) -> None:
        source.patience = asyncio.Event()
        await rig.start("a")
        await rig.until(lambda: source.read)
        await rig.session.send(CancelRun(run="run-1"))
        await rig.until(lambda: rig.run_state("run-1") == "cancelled")
        assert hands.begun == []

    play(
        small(step("A"), Password=(secret("ONE"),)),
        tmp_path,
        main,
        executor=hands,
        secret_store=SecretStore(source),
    )


def test_closing_ends_what_is_being_read(tmp_path: Path) -> None:
    source = Source()

    async def main(rig: Rig) -> None:
        source.patience = asyncio.Event()
        await rig.start("a")
        await rig.until(lambda: source.read)

    play(
        small(step("A"), Password=(secret("ONE"),)),
        tmp_path,
        main,
        executor=Hands(),
        secret_store=SecretStore(source),
    )
    assert source.read == ["ONE"]


ASKED = Value(kind="prompt", prompt=Prompt(kind="sensitive", required=False))


def test_what_was_given_at_the_start_is_in_memory_alone(tmp_path: Path) -> None:
    """V5, V6: a value that is asked for reaches scripts, but no journal."""
    hands, journal = Hands(), MemoryJournal()

    async def main(rig: Rig) -> None:
        given = {"password": "hunter22", "Colour": "blue"}
        await rig.session.send(StartRun(process="a", variables=given))
        await rig.until(lambda: hands.begun)
        assert hands.begun[0].environment["Password"] == "hunter22"
        assert hands.begun[0].environment["Colour"] == "blue"
        told = repr(list(journal.read())) + repr(rig.state)
        assert "hunter22" not in told
        assert "blue" in told

    world = small(step("A"), Password=(ASKED,), Colour=(Value(kind="prompt", prompt=Prompt()),))
    play(world, tmp_path, main, executor=hands, journal=journal)


def test_v5_what_was_given_and_passed_is_masked_until_its_run_has_ended() -> None:
    store = SecretStore()
    store.give("run-1", {"Password": "hunter22"}, {"DB": "correct horse"})
    assert store.masked.text("hunter22, correct horse") == "********, ********"
    store.forget("run-1", State())
    assert store.masked.text("hunter22, correct horse") == "hunter22, correct horse"


def test_v5_what_octotui_reads_for_itself_is_masked_unless_it_reads_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("https_proxy", "http://me:hunter22@proxy")
    for read, shown in ((Source(), "********"), (None, "hunter22")):
        store = SecretStore(read)
        store.hold_own(small())
        assert store.masked.text("hunter22") == shown


async def test_v5_what_is_read_is_masked_before_a_script_is_made_of_it() -> None:
    """Also what was passed to the family of a run that has ended: what is said meanwhile may hold it."""
    declared = small(step("A"), Password=(secret("ONE"),), Token=(secret("TWO"),))
    state, _ = advance(State(), LoadModel(declared), 1.0)
    state, _ = advance(state, StartRun(process="a"), 2.0)
    store = SecretStore(Source(ONE="hunter-one"))
    store.give("run-1", {}, {"TWO": "hunter-two"})
    store.masked.release("run-1")
    await store.values(state, state.jobs["job-1.1"])
    assert store.masked.text("hunter-one hunter-two") == "******** ********"


def test_v5_nothing_is_held_for_a_run_that_ends_while_its_values_are_read(tmp_path: Path) -> None:
    hands, source = Hands(), Source(PASSWORD="hunter22")
    store = SecretStore(source)

    async def main(rig: Rig) -> None:
        source.patience = asyncio.Event()
        await rig.start("a")
        await rig.until(lambda: source.read)
        await rig.session.send(CancelRun(run="run-2"))
        await rig.until(lambda: rig.run_state("run-2") == "cancelled")
        source.patience.set()
        await soon()
        assert store.masked.text("hunter22") == "hunter22"

    world = family(at_a_time(Db="#{Password}"), Password=(secret("PASSWORD", process=("a",)),))
    play(world, tmp_path, main, executor=hands, secret_store=store)


@pytest.mark.parametrize("restarted", [False, True])
async def test_q6_what_nobody_waits_for_any_more_may_fail_unnoticed(*, restarted: bool) -> None:
    """A job is stopped, or its run ends, while its values are read, also those that a server reads again."""
    noticed: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: noticed.append(context))
    state, _ = advance(State(), LoadModel(small(step("A"), Password=(secret("ONE"),))), 1.0)
    state, _ = advance(state, StartRun(process="a"), 2.0)
    source = Source()
    source.patience = asyncio.Event()
    store = SecretStore(source)
    job = state.jobs["job-1.1"]
    reading = asyncio.ensure_future(store.reload(state) if restarted else store.values(state, job))
    await soon()
    assert source.read == ["ONE"]
    store.stop(job.id)
    if restarted:
        store.forget("run-1", state)
    source.patience.set()
    assert await reading is None
    await soon()
    store.forget("run-1", state)
    gc.collect()
    assert noticed == []


def test_what_nobody_gave_is_empty(tmp_path: Path) -> None:
    """V6: where it is not required."""
    hands = Hands()

    async def main(rig: Rig) -> None:
        await rig.start("a")
        await rig.until(lambda: hands.begun)
        assert hands.begun[0].environment["Password"] == ""

    play(small(step("A"), Password=(ASKED,)), tmp_path, main, executor=hands)


def test_after_a_restart_what_was_given_is_gone_and_a_sentence_says_so(tmp_path: Path) -> None:
    """V5: it was nowhere but in memory."""
    hands, journal = Hands(), MemoryJournal()
    world = small(manual("Ask"), step("A"), Password=(ASKED,))

    async def before(rig: Rig) -> None:
        await rig.session.send(StartRun(process="a", variables={"Password": "hunter22"}, requester="ann"))

    async def after(rig: Rig) -> None:
        await rig.session.send(TakeInterruption(interruption="question-1", user="ann"))
        await rig.session.send(AnswerInterruption(interruption="question-1", user="ann", answer="proceed"))
        await rig.until(lambda: rig.run_state("run-1") == "failed")
        reason = (await rig.session.family("run-1")).jobs["job-1.2"].reason
        assert reason == (
            "the sensitive variable Password cannot be used: it was given at the start of the run, and "
            "octotui was restarted since: start the run again"
        )

    play(world, tmp_path, before, executor=hands, journal=journal)
    state = State()
    for event in journal.read():
        state = evolve(state, event)
    play(world, tmp_path, after, executor=hands, journal=journal, state=state)


def test_without_a_reader_nothing_is_read(tmp_path: Path) -> None:
    """A prediction runs no scripts, and needs no passwords."""

    async def main(rig: Rig) -> None:
        await rig.start("a")
        await rig.until(lambda: rig.run_state("run-1") == "succeeded")

    world = small(step("A"), Password=(secret("ONE"),))
    play(world, tmp_path, main, executor=SimulatedExecutor(), secret_store=SecretStore(None))


def test_on_a_target_its_own_values_hold_and_stay_apart(tmp_path: Path) -> None:
    """V2, V5, V7: a secret for a role, and what is sensitive that scripts set on each target."""
    hands, source = Hands(), Source(WEB="hunter-web", REST="hunter-rest")
    later = step(
        "B", "#{Octopus.Action[A].Output[web1].Key} #{Octopus.Action[A].Output[web2].Key} #{Password}"
    )

    async def main(rig: Rig) -> None:
        await rig.start("a")
        await rig.until(lambda: len(hands.begun) == 2)
        assert [work.environment["Password"] for work in hands.begun] == ["hunter-web", "hunter-web"]
        for job, key in (("job-1.1", "key-one"), ("job-1.2", "key-two")):
            hands.outputs[job](said("setVariable", name="Key", value=key, sensitive="True"))
            hands.end(job)
        await rig.until(lambda: len(hands.begun) == 3)
        assert hands.begun[2].script == "key-one key-two hunter-rest"

    targets = {slug: Target(name=slug, roles=("web",)) for slug in ("web1", "web2")}
    world = model(
        {"a": [on_targets("A", "web"), later]},
        variables={"Password": (secret("REST"), secret("WEB", role=("web",)))},
        targets=targets,
    )
    play(world, tmp_path, main, executor=hands, secret_store=SecretStore(source))


def test_v8_on_a_target_a_sensitive_output_is_its_own_also_in_a_new_session(tmp_path: Path) -> None:
    """V5, V8: without an index; what an earlier session has given to its jobs says it again."""
    hands, journal = Hands(), MemoryJournal()
    body = "#{Octopus.Action[A].Output.Key}"
    steps = [on_targets("A", "web"), on_targets("B", "web"), on_targets("C", "web"), step("D", body)]
    for index in (1, 2):
        steps[index] = msgspec.structs.replace(steps[index], action=Script(body=body))

    async def before(rig: Rig) -> None:
        await rig.start("a")
        await rig.until(lambda: len(hands.begun) == 2)
        for job, key in (("job-1.2", "key-two"), ("job-1.1", "key-one")):
            hands.outputs[job](said("setVariable", name="Key", value=key, sensitive="True"))
            hands.end(job)
        await rig.until(lambda: len(hands.begun) == 4)
        assert [work.script for work in hands.begun[2:]] == ["key-one", "key-two"]

    async def after(rig: Rig) -> None:
        for count, jobs in ((2, ("job-1.3", "job-1.4")), (3, ("job-1.5", "job-1.6"))):
            await rig.until(lambda jobs=jobs: {*jobs} <= {*again.outputs})
            for job in jobs:
                again.end(job)
            await rig.until(lambda count=count: len(again.begun) >= count)
        assert [work.script for work in again.begun] == ["key-one", "key-two", "key-one"], "D: the last one"

    targets = {slug: Target(name=slug, roles=("web",)) for slug in ("web1", "web2")}
    world = model({"a": steps}, targets=targets)
    play(world, tmp_path, before, executor=hands, journal=journal)
    state = State()
    for event in journal.read():
        state = evolve(state, event)
    left = {job: AttemptStatus("running", memo) for job, memo in hands.memos.items() if job > "job-1.2"}
    again = Hands(**left)
    play(world, tmp_path, after, executor=again, journal=journal, state=state)


def test_a_sensitive_field_of_an_answer_is_seen_by_scripts_alone(tmp_path: Path) -> None:
    """I6, V5: not in the journal, a log or a text; with several approvers the last one's holds."""
    hands, journal = Hands(), MemoryJournal()
    fields = {"Key": Prompt(kind="sensitive")}
    question = Step(name="Ask", action=Manual(instructions="Go on?", approvals=2, fields=fields))
    key = "#{Octopus.Action[Ask].Output.Key}"
    declared = small(question, step("Use it", f"login {key}"), manual("Again", (), f"is it {key}?"))

    async def main(rig: Rig) -> None:
        await rig.start("a")
        for user, value in (("ann", "hunter22"), ("bob", "hunter33")):
            await rig.session.send(TakeInterruption(interruption="question-1", user=user))
            answer = AnswerInterruption(
                interruption="question-1", user=user, answer="proceed", values={"Key": value}
            )
            await rig.session.send(answer)
        await rig.until(lambda: hands.jobs)
        (work,) = hands.begun
        assert work.script == "login hunter33"
        assert work.environment["Octopus_Action_Ask_Output_Key"] == "hunter33"
        hands.outputs["job-1.2"](b"in with hunter33\n")
        hands.end("job-1.2")
        await rig.until(lambda: len(rig.state.asking))
        assert rig.state.interruptions["question-2"].instructions == "is it ********?"

    play(declared, tmp_path, main, executor=hands, journal=journal)
    written = msgspec.json.encode(list(journal.read()))
    assert b"hunter" not in written
    log = tmp_path / "space" / "logs" / "run-1" / "job-1.2.log"
    assert log.read_text() == "in with ********\n"


def test_a_value_of_an_answer_is_not_there_after_a_restart(tmp_path: Path) -> None:
    """I6, V5: it fails the job, and says what to do."""
    hands, again = Hands(), Hands()
    question = Step(
        name="Ask", action=Manual(instructions="Go on?", fields={"Key": Prompt(kind="sensitive")})
    )
    declared = small(question, step("Use it", "login #{Octopus.Action[Ask].Output.Key}"))
    states: list[State] = []

    async def before(rig: Rig) -> None:
        await rig.start("a")
        await rig.session.send(TakeInterruption(interruption="question-1", user="ann"))
        answer = AnswerInterruption(
            interruption="question-1", user="ann", answer="proceed", values={"Key": "hunter22"}
        )
        await rig.session.send(answer)
        states.append(rig.state)

    play(declared, tmp_path, before, executor=hands)
    store, job = SecretStore(), states[0].jobs["job-1.2"]

    async def later() -> str:
        try:
            await store.values(states[0], job)
        except UnreadableSecret as problem:
            return str(problem)
        return ""

    assert asyncio.run(later()) == (
        "the sensitive variable Octopus.Action[Ask].Output.Key cannot be used: it was given in an answer, "
        "and octotui was restarted since: start the run again"
    )
    assert again.jobs == []
    assert asyncio.run(SecretStore(None).values(states[0], job)) == {}, "a prediction goes on without"


def test_v5_a_variable_that_is_passed_comes_before_the_servers_own_for_a_whole_family(tmp_path: Path) -> None:
    hands, store = Hands(), SecretStore(Source(DB="of the server"))
    login = step("Login", "#{Password}")
    declared = model(
        {"a": [login, child("Child", "b", wait=True)], "b": [login]}, variables={"Password": (secret("DB"),)}
    )

    async def main(rig: Rig) -> None:
        for passed in ({"DB": "correct horse"}, {}):
            before = len(hands.begun)
            await rig.session.send(StartRun(process="a", passed=passed))
            for count in (1, 2):
                await rig.until(lambda wanted=before + count: len(hands.begun) == wanted)
                hands.end(hands.begun[-1].job)
            await rig.until(lambda: not rig.state.families)
        assert "correct horse" not in repr(vars(store))

    play(declared, tmp_path, main, executor=hands, secret_store=store)
    scripts = [work.script.split("\n")[0] for work in hands.begun]
    assert scripts == ["correct horse"] * 2 + ["of the server"] * 2


def test_v5_a_server_says_that_its_own_environment_lacks_a_variable(tmp_path: Path) -> None:
    journal = MemoryJournal()

    async def main(rig: Rig) -> None:
        await rig.start("a")
        await rig.until(lambda: rig.run_state("run-1") == "failed")

    declared = small(step("A"), Password=(secret("OCTOTUI_NOT_SET"),))
    play(declared, tmp_path, main, secret_store=SecretStore(Source(), served=True), journal=journal)
    (ended,) = (event for event in journal.read() if isinstance(event, JobEnded))
    assert "is not set in the server's environment: `octotui stop FILE`, then start it" in ended.reason
    assert "--pass-env OCTOTUI_NOT_SET" in ended.reason


def test_v5_a_server_that_has_a_variable_says_only_why_it_cannot_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OCTOTUI_TEST_SET", "abc")
    journal = MemoryJournal()

    async def short(secret: Secret) -> str:
        raise UnreadableSecret("it has fewer than 4 characters")

    async def main(rig: Rig) -> None:
        await rig.start("a")
        await rig.until(lambda: rig.run_state("run-1") == "failed")

    declared = small(step("A"), Password=(secret("OCTOTUI_TEST_SET"),))
    play(declared, tmp_path, main, secret_store=SecretStore(short, served=True), journal=journal)
    (ended,) = (event for event in journal.read() if isinstance(event, JobEnded))
    assert ended.reason.endswith("Password cannot be used: it has fewer than 4 characters")


def test_v5_a_command_sees_no_source_of_another_value_also_where_a_step_gives_what_it_prints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though no job has run a script before; and as the model stands that is there then."""
    hands, store = Hands(), SecretStore()
    for name in ("ONE", "LATER"):
        monkeypatch.setenv(f"OCTOTUI_TEST_{name}", f"hunter of {name}")
    see = ("sh", "-c", 'echo "saw ${OCTOTUI_TEST_ONE-none} ${OCTOTUI_TEST_LATER-none}"')
    shown = Value(kind="sensitive", secret=Secret(command=see), scope=Scope(process=("a",)))
    world = family(
        starts("child", wait=False, Db="#{Shown}", Plain="."),
        Shown=(shown,),
        One=(secret("OCTOTUI_TEST_ONE"),),
    )
    more = msgspec.structs.replace(
        world, variables=world.variables | {"Later": (secret("OCTOTUI_TEST_LATER"),)}
    )

    async def main(rig: Rig) -> None:
        for count, known in ((1, world), (2, more)):
            await rig.session.send(LoadModel(model=known))
            await rig.start("a")
            await rig.until(lambda count=count: len(hands.begun) == count)
            hands.end(hands.begun[-1].job)

    play(world, tmp_path, main, executor=hands, secret_store=store)
    assert [work.script for work in hands.begun] == ["use saw none hunter of LATER .", "use saw none none ."]


def starts(runbook: str, *, wait: bool = True, **values: str) -> Step:
    action = StartRunbook(runbook=runbook, wait=wait, variables=values)
    return Step(name=f"Start {runbook}", action=action, pool="setup")


FOR_CHILD = Value(kind="prompt", prompt=Prompt(required=False), scope=Scope(process=("child",)))


def family(*steps: Step, **variables: tuple[Value, ...]) -> Model:
    """Runbook a with these steps, and a child whose script uses what it is given."""
    runbooks = {"a": list(steps), "child": [step("Work", "use #{Db} #{Plain}")]}
    return model(runbooks, variables={"Db": (FOR_CHILD,), **variables})


def test_v5_a_child_run_sees_what_its_parent_made_of_a_sensitive_value(tmp_path: Path) -> None:
    """Filled in when the step starts, and literal; masked by itself, too, and nowhere in the journal."""
    hands, journal, source = Hands(), MemoryJournal(), Source(PASSWORD="hunter#{Db}")

    async def main(rig: Rig) -> None:
        await rig.start("a")
        await rig.until(lambda: hands.begun)
        work = hands.begun[0]
        assert work.script == "use db://hunter#{Db}@x in the open"
        assert work.environment["Db"] == "db://hunter#{Db}@x"
        hands.outputs["job-2.1"](b"it is db://hunter#{Db}@x\nmade of hunter#{Db}\n")
        hands.end("job-2.1")
        await rig.until(lambda: rig.run_state("run-1") == "succeeded")
        with LogReader(rig.session.log_path("run-2", "job-2.1")) as log:
            assert {"it is ********", "made of ********"} <= {*log.tail(9)}
        assert "hunter" not in repr(list(journal.read())) + repr(rig.state)
        assert "hunter" not in repr(vars(rig.crew._secret_store))

    values = starts("child", Db="#{Url}", Plain="in the open")
    password, url = secret("PASSWORD", process=("a",)), Value(value="db://#{Password}@x")
    world = family(values, Password=(password,), Url=(url,))
    play(world, tmp_path, main, executor=hands, secret_store=SecretStore(source), journal=journal)


def test_v5_a_parent_that_has_ended_has_given_its_values(tmp_path: Path) -> None:
    """Through two runs that end at once, from what the first was given and what its script has set."""
    hands, source = Hands(), Source(KEY="hunter33")

    async def main(rig: Rig) -> None:
        given = {"Token": "hunter22"}
        await rig.session.send(StartRun(process="a", requester="ann", variables=given))
        await rig.until(lambda: hands.begun)
        hands.outputs["job-1.1"](said("setVariable", name="Pin", value="hunter44", sensitive="True"))
        hands.end("job-1.1")
        await rig.until(lambda: len(hands.begun) == 2)
        assert rig.run_state("run-1") == rig.run_state("run-2") == "succeeded"
        assert hands.begun[1].script == "use hunter22 hunter33 hunter44 "

    texts = "#{Token} #{Key} #{Octopus.Action[Measure].Output.Pin}"
    runbooks = {
        "a": [step("Measure"), starts("middle", wait=False, Db=texts)],
        "middle": [starts("child", wait=False, Db="#{Db}")],
        "child": [step("Work", "use #{Db} #{Plain}")],
    }
    token = Value(kind="prompt", prompt=Prompt(kind="sensitive"), scope=Scope(process=("a",)))
    world = model(
        runbooks, variables={"Token": (token,), "Key": (secret("KEY"),), "Plain": (Value(value=""),)}
    )
    play(world, tmp_path, main, executor=hands, secret_store=SecretStore(source))


def test_v5_a_value_that_cannot_be_read_fails_the_job_that_needs_it_and_a_retry_reads_anew(
    tmp_path: Path,
) -> None:
    hands, source = Hands(), Source()

    async def main(rig: Rig) -> None:
        await rig.start("a")
        await rig.until(lambda: source.read)
        source.there["PASSWORD"] = "hunter22"
        await rig.until(lambda: hands.begun)
        assert (hands.begun[0].attempt, hands.begun[0].environment["Db"]) == (2, "hunter22")

    password = Value(kind="sensitive", secret=Secret(env="PASSWORD"), scope=Scope(process=("a",)))
    runbooks = {"a": [starts("child", Db="#{Password}")], "child": [step("Work", retries=1, backoff=1.0)]}
    world = model(runbooks, variables={"Password": (password,)})
    play(world, tmp_path, main, executor=hands, secret_store=SecretStore(source))


def test_v5_a_value_too_short_to_be_masked_is_refused_where_it_is_made(tmp_path: Path) -> None:
    hands, source = Hands(), Source(PASSWORD="hunter22")

    async def main(rig: Rig) -> None:
        await rig.start("a")
        await rig.until(lambda: rig.run_state("run-1") == "failed")
        reason = (await rig.session.family("run-1")).jobs["job-2.1"].reason
        assert reason.startswith("the sensitive variable Db cannot be used: it has fewer than 4 characters")
        assert hands.begun == []

    world = family(starts("child", Db="#{Password | Substring 2}"), Password=(secret("PASSWORD"),))
    play(world, tmp_path, main, executor=hands, secret_store=SecretStore(source))


def test_v6_what_nobody_gave_to_a_parent_is_empty_in_what_its_step_gives_to_a_child(tmp_path: Path) -> None:
    hands = Hands()

    async def main(rig: Rig) -> None:
        await rig.start("a")
        await rig.until(lambda: hands.begun)
        assert hands.begun[0].script == "use no token:  ."

    world = family(starts("child", Db="no token: #{Token}", Plain="."), Token=(ASKED,))
    play(world, tmp_path, main, executor=hands)


def test_v5_after_a_restart_it_is_read_again_and_what_was_given_is_gone(tmp_path: Path) -> None:
    """A child that waits for its time finds its values where they come from; memory is not there any more."""
    hands, journal, source = Hands(), MemoryJournal(), Source(PASSWORD="hunter22")
    token = Value(kind="prompt", prompt=Prompt(kind="sensitive"), scope=Scope(process=("a",)))
    values = {"Db": "#{Password}", "Plain": "#{Token}"}
    action = StartRunbook(runbook="child", at="13:46:45", variables=values)
    start = Step(name="Start", action=action, pool="setup")
    world = family(start, Password=(secret("PASSWORD"),), Token=(token,), Plain=(Value(value=""),))

    async def before(rig: Rig) -> None:
        await rig.session.send(StartRun(process="a", requester="ann", variables={"Token": "hunter33"}))
        await rig.until(lambda: source.read)

    play(world, tmp_path, before, executor=hands, secret_store=SecretStore(source), journal=journal)
    state = State()
    for event in journal.read():
        state = evolve(state, event)
    source.read.clear()

    async def after(rig: Rig) -> None:
        await rig.until(lambda: rig.run_state("run-1") == "failed")
        reason = (await rig.session.family("run-1")).jobs["job-2.1"].reason
        assert reason == (
            "the sensitive variable Plain cannot be used: it was given at the start of the run, and "
            "octotui was restarted since: start the run again"
        )
        assert source.read.count("PASSWORD") > 0

    play(
        world, tmp_path, after, executor=hands, secret_store=SecretStore(source), journal=journal, state=state
    )


def at_a_time(**values: str) -> Step:
    action = StartRunbook(runbook="child", at="13:46:45", variables=values)
    return Step(name="Start", action=action, pool="setup")


def test_v5_after_a_restart_what_a_step_gave_to_a_run_that_waits_is_masked(tmp_path: Path) -> None:
    """Its parent has ended, and no script of it has begun."""
    source, states = Source(PASSWORD="hunter22"), []
    action = StartRunbook(
        runbook="child", at="13:46:45", wait=False, variables={"Db": "#{Password | Substring 2 5}"}
    )
    start = Step(name="Start", action=action, pool="setup")
    world = family(start, Password=(secret("PASSWORD"),), Plain=(Value(value=""),))

    async def before(rig: Rig) -> None:
        await rig.start("a")
        await rig.until(lambda: rig.run_state("run-1") == "succeeded")
        await soon()
        assert rig.crew.mask("it is nter2") == "it is ********"
        states.append(rig.state)

    async def after(rig: Rig) -> None:
        assert rig.crew.mask("it is nter2") == "it is ********"

    play(world, tmp_path, before, secret_store=SecretStore(source))
    play(world, tmp_path, after, secret_store=SecretStore(source), state=states[0])


def test_v5_what_cannot_be_read_where_a_space_is_opened_is_looked_for_again_by_the_job_that_needs_it(
    tmp_path: Path,
) -> None:
    """Though nothing is tried again: the value is there before its script begins."""
    hands, states = Hands(), []
    world = family(at_a_time(Db="#{Password}", Plain="."), Password=(secret("PASSWORD"),))

    async def before(rig: Rig) -> None:
        await rig.start("a")
        await rig.until(lambda: "run-2" in rig.state.runs)
        states.append(rig.state)

    play(world, tmp_path, before, secret_store=SecretStore(Source(PASSWORD="hunter22")))
    source = Source()

    async def after(rig: Rig) -> None:
        assert source.read == ["PASSWORD"]
        source.there["PASSWORD"] = "hunter22"
        await rig.until(lambda: hands.begun)
        assert hands.begun[0].environment["Db"] == "hunter22"

    play(world, tmp_path, after, executor=hands, secret_store=SecretStore(source), state=states[0])


def test_v5_after_a_restart_nothing_is_read_for_scripts_that_had_not_begun(tmp_path: Path) -> None:
    """A password manager asks nobody for what no script has seen: there is nothing of it to mask."""
    hands, states = Hands(), []
    world = model(
        {
            "a": [on_targets("A", "db"), manual("Ask")],
            "b": [on_targets("B", "db")],
            "c": [on_targets("C", "db")],
        },
        variables={
            "Password": (secret("ONE", step=("A",)),),
            "Token": (secret("TWO", step=("C",)),),
        },
        targets={"db1": Target(name="db1", roles=("db",))},
    )

    async def before(rig: Rig) -> None:
        await rig.start("a")
        await rig.until(lambda: hands.begun)
        hands.end("job-1.1")
        await rig.until(lambda: rig.state.asking)
        await rig.start("b")
        await rig.until(lambda: len(hands.begun) == 2)
        await rig.start("c")
        assert [job.attempt for job in rig.state.jobs.values() if job.run == "run-3"] == [0]
        states.append(rig.state)

    play(
        world,
        tmp_path,
        before,
        executor=hands,
        secret_store=SecretStore(Source(ONE="hunter-one", TWO="hunter-two")),
    )
    source = Source(ONE="hunter-one", TWO="hunter-two")

    async def after(rig: Rig) -> None:
        assert source.read == ["ONE"]
        assert rig.crew.mask("hunter-one hunter-two") == "******** hunter-two"

    play(world, tmp_path, after, secret_store=SecretStore(source), state=states[0])


@pytest.mark.parametrize("kind", ["answer", "output", "output of an older journal"])
def test_v5_after_a_restart_no_child_runs_with_what_answers_and_scripts_had_said(
    tmp_path: Path, kind: str
) -> None:
    """It was in memory alone: the job that would have used it fails, and says what to do."""
    hands, again, journal = Hands(), Hands(), MemoryJournal()
    ask = Step(name="Ask", action=Manual(instructions="?", fields={"Token": Prompt(kind="sensitive")}))
    first = ask if kind == "answer" else step("Ask")
    url = at_a_time(Db="db://#{Octopus.Action[Ask].Output.Token}@x", Plain=".")
    world = family(first, url)

    async def before(rig: Rig) -> None:
        await rig.start("a")
        if kind == "answer":
            await rig.session.send(TakeInterruption(interruption="question-1", user="ann"))
            token = {"Token": "hunter22"}
            await rig.session.send(
                AnswerInterruption(interruption="question-1", user="ann", answer="proceed", values=token)
            )
        else:
            await rig.until(lambda: hands.begun)
            hands.outputs["job-1.1"](said("setVariable", name="Token", value="hunter22", sensitive="True"))
            hands.end("job-1.1")
        await rig.until(lambda: "run-2" in rig.state.runs)

    async def after(rig: Rig) -> None:
        await rig.until(lambda: again.begun or rig.run_state("run-2") == "failed")
        assert again.begun == []
        reason = (await rig.session.family("run-2")).jobs["job-2.1"].reason
        unset = "its step has not set or which " if kind == "output of an older journal" else ""
        assert reason == (
            "the sensitive variable Db cannot be used: it needs Octopus.Action[Ask].Output.Token, "
            f"which {unset}was kept only in memory, and octotui was restarted or its run has ended "
            "since: start the run again"
        )

    play(world, tmp_path, before, executor=hands, journal=journal)
    old = kind == "output of an older journal"
    state = State()
    for event in journal.read():
        state = evolve(state, replace(event, secrets=()) if old and isinstance(event, JobEnded) else event)
    play(world, tmp_path, after, executor=again, journal=journal, state=state)


def test_v1_an_output_that_a_script_has_not_set_fails_the_child_that_needs_it(tmp_path: Path) -> None:
    """It could have been sensitive: it is not filled in as it is written, and nobody told."""
    hands = Hands()

    async def main(rig: Rig) -> None:
        await rig.start("a")
        await rig.until(lambda: hands.begun)
        hands.end("job-1.1")
        await rig.until(lambda: rig.run_state("run-1") == "failed")
        reason = (await rig.session.family("run-1")).jobs["job-2.1"].reason
        needed = "it needs Octopus.Action[Measure].Output.Pim, which its step has not set or which was"
        assert reason.startswith(f"the sensitive variable Db cannot be used: {needed} kept only in memory")
        assert len(hands.begun) == 1

    child_of = starts("child", Db="#{Octopus.Action[Measure].Output.Pim}", Plain=".")
    play(family(step("Measure"), child_of), tmp_path, main, executor=hands)


def test_v5_a_sensitive_output_reaches_a_child_whatever_its_step_is_called(tmp_path: Path) -> None:
    """Also beside an output of a step that there is not, which stays as it is written (V1)."""
    hands = Hands()

    async def main(rig: Rig) -> None:
        await rig.start("a")
        await rig.until(lambda: hands.begun)
        hands.outputs["job-1.1"](said("setVariable", name="Pin", value="hunter44", sensitive="True"))
        hands.end("job-1.1")
        await rig.until(lambda: len(hands.begun) == 2)
        assert hands.begun[1].script == "use hunter44 #{Octopus.Action[Nope].Output.X}"

    texts = {"Db": "#{Octopus.Action[Ask & tell].Output.Pin}", "Plain": "#{Octopus.Action[Nope].Output.X}"}
    play(family(step("Ask & tell"), starts("child", **texts)), tmp_path, main, executor=hands)


TOKEN = said("setVariable", name="Token", value="hunter22", sensitive="True")
OUTPUT = "Octopus.Action[Set].Output.Token"


def test_v8_conditions_and_instructions_know_that_there_is_a_sensitive_output(tmp_path: Path) -> None:
    """It is as true as a value that is declared, and shown as `********`; scripts see the value."""
    hands, journal = Hands(), MemoryJournal()
    declared = small(
        step("Set"),
        manual("Approve", (), f"is it #{{{OUTPUT}}}?", condition=f"#{{if {OUTPUT}}}yes#{{/if}}"),
        step("Use", f"login #{{{OUTPUT.upper()}}}", condition=f"#{{unless {OUTPUT} == ''}}yes#{{/unless}}"),
        step("Without", condition=f"#{{unless {OUTPUT}}}yes#{{/unless}}"),
    )

    async def main(rig: Rig) -> None:
        await rig.start("a")
        await rig.until(lambda: hands.begun)
        hands.outputs["job-1.1"](TOKEN)
        hands.end("job-1.1")
        await rig.until(lambda: rig.state.asking)
        assert rig.state.interruptions["question-1"].instructions == "is it ********?"
        await rig.session.send(TakeInterruption(interruption="question-1", user="ann"))
        await rig.session.send(AnswerInterruption(interruption="question-1", user="ann", answer="proceed"))
        await rig.until(lambda: len(hands.begun) == 2)
        assert hands.begun[1].script == "login hunter22"
        assert {name.lower(): value for name, value in hands.begun[1].values.items()}[OUTPUT.lower()] == (
            "hunter22"
        )
        hands.end(hands.begun[1].job)
        await rig.until(lambda: rig.run_state("run-1") == "succeeded")
        assert (await rig.session.family("run-1")).runs["run-1"].progress.steps[3].state == "skipped"

    play(declared, tmp_path, main, executor=hands, journal=journal)
    assert b"hunter22" not in msgspec.json.encode(list(journal.read()))


@pytest.mark.parametrize("older", [False, True])
def test_v8_a_sensitive_output_is_not_there_after_a_restart(tmp_path: Path, *, older: bool) -> None:
    """It fails the job, and says what to do; journals of older versions do not know that there was one."""
    hands, again, journal = Hands(), Hands(), MemoryJournal()
    declared = small(step("Set"), manual("Approve", ()), step("Use", f"<#{{{OUTPUT} | Trim}}>"))

    async def before(rig: Rig) -> None:
        await rig.start("a")
        await rig.until(lambda: hands.begun)
        hands.outputs["job-1.1"](TOKEN)
        hands.end("job-1.1")
        await rig.until(lambda: rig.state.asking)

    async def after(rig: Rig) -> None:
        await rig.session.send(TakeInterruption(interruption="question-1", user="ann"))
        await rig.session.send(AnswerInterruption(interruption="question-1", user="ann", answer="proceed"))
        await rig.until(lambda: again.begun or rig.run_state("run-1") == "failed")
        assert bool(again.begun) is older
        if not older:
            assert (await rig.session.family("run-1")).runs["run-1"].progress.steps[2].reason == (
                f"the sensitive variable {OUTPUT} cannot be used: a script has set it, and octotui was"
                " restarted since: start the run again"
            )

    play(declared, tmp_path, before, executor=hands, journal=journal)
    state = State()
    for event in journal.read():
        state = evolve(state, replace(event, secrets=()) if older and isinstance(event, JobEnded) else event)
    play(declared, tmp_path, after, executor=again, journal=journal, state=state)


@pytest.mark.parametrize("end", [Outcome(state="succeeded", exit_code=0), FAILED])
def test_v7_sensitive_outputs_of_child_runs_come_back_to_the_steps_that_started_them(
    tmp_path: Path, end: Outcome
) -> None:
    """By both names, from any depth, also where the run has failed; conditions know of them."""
    hands, journal = Hands(), MemoryJournal()
    far = "Octopus.Action[Make].Output.Deployment[Inner].Deployment[Say].Token"
    near = "Octopus.Action[Make].Output.Run[Inner].Run[Say].Token"
    due = f"#{{if {far}}}yes#{{/if}}"
    declared = model(
        {
            "top": [
                child("Make", "middle", wait=True),
                step("Use", f"#{{{far}}} #{{{near}}}", condition=due),
            ],
            "middle": [child("Inner", "low", wait=True)],
            "low": [step("Say")],
        }
    )

    async def main(rig: Rig) -> None:
        await rig.start("top")
        await rig.until(lambda: hands.begun)
        hands.outputs["job-3.1"](TOKEN)
        hands.end("job-3.1", end)
        await rig.until(lambda: len(hands.begun) == 2)
        assert hands.begun[1].script == "hunter22 hunter22"
        hands.outputs["job-1.2"](b"it is hunter22\n")
        hands.end("job-1.2")
        await rig.until(lambda: not rig.state.jobs)

    play(declared, tmp_path, main, executor=hands, journal=journal)
    assert b"hunter22" not in msgspec.json.encode(list(journal.read()))
    log = tmp_path / "space" / "logs" / "run-1" / "job-1.2.log"
    assert log.read_text() == "it is ********\n"


def test_v7_after_a_restart_a_sensitive_output_of_a_child_run_is_missed_by_its_name(tmp_path: Path) -> None:
    hands, again, journal = Hands(), Hands(), MemoryJournal()
    runbooks = {
        "a": [child("Make", "low", wait=True), manual("Approve", ()), step("Use", "echo $(token_of Say)")],
        "low": [step("Say")],
    }
    declared = model(runbooks)

    async def before(rig: Rig) -> None:
        await rig.start("a")
        await rig.until(lambda: hands.begun)
        hands.outputs["job-2.1"](TOKEN)
        hands.end("job-2.1")
        await rig.until(lambda: rig.state.asking)
        assert rig.crew.mask("it is hunter22") == "it is ********"

    async def after(rig: Rig) -> None:
        await rig.session.send(TakeInterruption(interruption="question-1", user="ann"))
        await rig.session.send(AnswerInterruption(interruption="question-1", user="ann", answer="proceed"))
        await rig.until(lambda: again.begun or rig.run_state("run-1") == "failed")
        assert again.begun == []
        reason = (await rig.session.family("run-1")).runs["run-1"].progress.steps[2].reason
        assert "Octopus.Action[Make].Output.Run[Say].Token cannot be used: a script has set it" in reason

    play(declared, tmp_path, before, executor=hands, journal=journal)
    state = State()
    for event in journal.read():
        state = evolve(state, event)
    play(declared, tmp_path, after, executor=again, journal=journal, state=state)


def test_v7_outputs_of_a_child_run_that_nobody_waits_for_stay_there(tmp_path: Path) -> None:
    hands = Hands()
    declared = model(
        {"a": [child("Make", "low"), manual("Approve", ()), step("Use")], "low": [step("Say")]},
    )

    async def main(rig: Rig) -> None:
        await rig.start("a")
        await rig.until(lambda: hands.begun and rig.state.asking)
        hands.outputs["job-2.1"](TOKEN)
        hands.end("job-2.1")
        await rig.until(lambda: rig.run_state("run-2") == "succeeded")
        await rig.session.send(TakeInterruption(interruption="question-1", user="ann"))
        await rig.session.send(AnswerInterruption(interruption="question-1", user="ann", answer="proceed"))
        await rig.until(lambda: len(hands.begun) == 2)
        assert "hunter22" not in str(hands.begun[1].values)

    play(declared, tmp_path, main, executor=hands)
