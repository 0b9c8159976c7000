"""The filters of the `#{…}` language, one file for each family, found by name in `registry`.

A filter is a pure function of a text and arguments. Never grammar, and never a lookup of names.
"""
