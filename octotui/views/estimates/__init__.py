"""Estimates in words: about how much longer, about until when, and how far off the last ones were.

The numbers are `engine.estimates`' and `engine.forecast`'s; where these say nothing, so do the words. Never a
calculation of durations, and never a widget.
"""
