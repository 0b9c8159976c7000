"""Machines elsewhere, by any way that runs a command over there (`transport`).

Never a way itself, such as SSH, and nothing that is installed over there.
"""
