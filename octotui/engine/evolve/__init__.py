"""The fold of events: the only code that makes States.

One function for each event, by subject. Never a decision: facts that depend on rules were recorded in the
event by `Transaction`, so that replay is deterministic. Events of version 1 lack these facts: `version_1`
derives them by the rules of that version.
"""
