"""Variables: precedence of scoped values, and expansion of `#{…}` templates.

Holds resolution, name lookup, evaluation and checks of the `#{…}` language; `syntax` parses it, `filters`
are its functions. Never a State or a run: the caller passes the values.
"""
