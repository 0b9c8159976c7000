"""M5: what events make of a machine's health."""

from octotui.engine import events
from octotui.engine.events import AnyEvent
from octotui.engine.evolve.evolve import evolve
from octotui.engine.state import CheckedFacts, FoundTool, State, is_lost, machine_health
from octotui.engine.state.machine_health import HISTORY, check_deadline, loss_deadline

FACTS = CheckedFacts(system="Linux", tools={"git": FoundTool("/bin/git", "2.39")})


def after(*happened: AnyEvent) -> State:
    """The State that events lead to, a second apart."""
    state = State()
    for number, event in enumerate(happened, start=1):
        state = evolve(state, type(event)(**{**_fields(event), "seq": number, "at": float(number)}))
    return state


def _fields(event: AnyEvent) -> dict[str, object]:
    return {name: getattr(event, name) for name in event.__struct_fields__}


def checked(health: str, reason: str = "", **more: object) -> events.MachineChecked:
    return events.MachineChecked(machine="w", health=health, reason=reason, **more)  # type: ignore[arg-type]


def test_m5_a_machine_stands_in_line_and_is_checked_and_has_its_next_time() -> None:
    planned = events.ChecksPlanned(due={"w": 5.0})
    assert list(after(planned).deadlines) == [(5.0, check_deadline("w"))]
    state = after(planned, events.ChecksQueued(machines=("w",)))
    assert (list(state.deadlines), list(state.check_queue)) == ([], [(2, "w")])
    state = after(planned, events.ChecksQueued(machines=("w",)), events.CheckStarted(machine="w"))
    assert (list(state.check_queue), list(state.checks)) == ([], [(3.0, "w")])
    state = after(
        planned,
        events.ChecksQueued(machines=("w",)),
        events.CheckStarted(machine="w"),
        checked("healthy", latency=0.1, facts=FACTS, next_check=9.0),
    )
    assert (list(state.checks), list(state.deadlines)) == ([], [(9.0, check_deadline("w"))])
    known = machine_health(state, "w")
    assert (known.checked_at, known.latency, known.facts, known.due) == (4.0, 0.1, FACTS, 9.0)


def test_m5_since_when_and_the_history_change_with_the_word_alone() -> None:
    state = after(
        checked("healthy"), checked("healthy"), checked("unhealthy", "a"), checked("unhealthy", "b")
    )
    known = machine_health(state, "w")
    assert (known.since, known.reason, state.health["w"]) == (3.0, "b", "unhealthy")
    assert [(each.at, each.health, each.reason) for each in known.history] == [
        (1.0, "healthy", ""),
        (3.0, "unhealthy", "a"),
    ]


def test_m5_so_many_changes_are_kept() -> None:
    state = after(*(checked(word) for word in ("healthy", "unhealthy") * 20))
    history = machine_health(state, "w").history
    assert len(history) == HISTORY
    assert history[-1].at == 40.0


def test_m5_what_a_check_does_not_reach_keeps_what_was_found() -> None:
    state = after(checked("healthy", facts=FACTS), checked("unavailable"), checked("unavailable"))
    known = machine_health(state, "w")
    assert (known.facts, known.failures) == (FACTS, 2)
    assert machine_health(after(checked("unavailable"), checked("healthy")), "w").failures == 0


def test_m6_a_machine_is_lost_until_it_is_reached() -> None:
    away = checked("unavailable", limit=30.0)
    assert list(after(away).deadlines) == [(30.0, loss_deadline("w"))]
    lost = events.MachineLost(machine="w", reason="no route")
    state = after(away, lost)
    assert (is_lost(state, "w"), list(state.deadlines)) == (True, [])
    assert is_lost(after(away, lost, checked("unavailable")), "w")
    assert not is_lost(after(away, lost, checked("has-warnings")), "w")
    assert not is_lost(after(away, lost, events.HealthChanged(worker="w", health="healthy")), "w")


def test_m5_what_was_cut_short_leaves_the_line_and_what_is_forgotten_the_state() -> None:
    begun = (events.ChecksQueued(machines=("v", "w")), events.CheckStarted(machine="v"))
    state = after(*begun, events.ChecksPlanned(due={"v": 1.0, "w": 1.0}, interrupted=("v", "w")))
    assert (len(state.check_queue), len(state.checks)) == (0, 0)
    assert [name for _, name in state.deadlines] == [check_deadline("v"), check_deadline("w")]
    state = after(
        checked("unavailable", limit=9.0, next_check=9.0), events.ChecksPlanned(due={}, forgotten=("w",))
    )
    assert (len(state.machines), len(state.health), len(state.deadlines)) == (0, 0, 0)
