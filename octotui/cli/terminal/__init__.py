"""Output and questions at a terminal, or at pipes in its place.

Every verb prints through `output`. Never which sentence is printed: verbs know that.
"""
