"""Decisions: the handlers of commands, and the scheduler's reactions to events.

Holds also the `Transaction` that they emit events through, which records in each event the facts of its
moment. Never a change of State other than by emitting an event.
"""
