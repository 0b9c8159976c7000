"""Queries over what is seen: which runs of a list match, what a space knows, how a query can be completed.

The language itself is in `engine/queries`; what has ended long ago is found by the store. Never a widget.
"""
