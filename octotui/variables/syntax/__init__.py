"""The `#{…}` language read into frozen nodes: names, scanner, grammar, parser, recovery, syntax errors.

A text is read once and kept. Never values: filling in is `evaluate`.
"""
