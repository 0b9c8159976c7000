"""Specifications of the tables of a model: every key, its value, and a sentence about it.

Reader, writer, schema and reference derive from them. Never what only the model as a whole can tell.
"""
