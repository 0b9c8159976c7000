"""Decisions: what a command leads to, and what may go on because of an event.

Here live the handlers of commands, the scheduler and the `Transaction` they emit events through, which
records in each what follows from its moment. Never a change of State other than by emitting an event.
"""
