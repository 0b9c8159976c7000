"""Parsing of the `#{…}` language to frozen nodes: names, scanner, grammar, parser, recovery, syntax errors.

A parsed text is cached. Never values: expansion is `evaluate`.
"""
