"""The only maker of States: what each event changes.

One function an event, by subject. Never a decision: what is to happen was decided before the event was
written, and what follows from the moment stands in it (`recorded_facts`). Events of version 1 lack that:
`version_1` finds it by the rules of then.
"""
