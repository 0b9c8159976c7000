"""All keys of the app: the table of the docs, and the file in which an account gives actions other keys.

That file is checked against the declarations of all keys, with line and column. Nothing here binds a key, and
never does a faulty file keep the app from opening: it has its usual keys then.
"""
