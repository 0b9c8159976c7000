"""How machines stand: their health, their checks, and what these found, in words.

Sentences and short texts, for pages, lists and the verb `health`. Never whether a machine may be selected,
which the engine says.
"""
