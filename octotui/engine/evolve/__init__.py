"""The only maker of States: what each event changes.

One function an event, by subject. Never a decision: what is to happen was decided before the event was
written.
"""
