"""Queries over a State: matching open runs, known values, completion.

The language itself is in `engine/queries`; ended runs are found by the store. Never a widget.
"""
