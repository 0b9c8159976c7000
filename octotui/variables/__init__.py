"""Values and their scopes: which one wins, and how a text is filled in.

Here live resolution, name look-up and the evaluation of the `#{…}` language; `syntax` reads it, `filters` are
its functions. Never a State or a run: whoever calls brings the values.
"""
