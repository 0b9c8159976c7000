"""Machines in a model: the ways to them, who works there, how they are checked, and what steps need of them.

Holds values and their rules. Never a connection, nor what was found on a machine, which is part of the State.
"""
