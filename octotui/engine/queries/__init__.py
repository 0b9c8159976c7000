"""The query language of run lists: a text becomes a `Query`, which lists, the index and the wire understand.

`parse` reads, `known_values` turns names into slugs, `matcher` judges one run. Here and not in `views`, since
the store answers queries, too. Never SQL, and never a cursor or a key.
"""
