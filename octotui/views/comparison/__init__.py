"""Two runs side by side: what differed, of what each was given, did and came to.

Both are read from their own events, so that it makes no difference whether they have ended. No sensitive
value is in these, or here: of one that was given, only its name is kept. Never a judgement on which run was
right.
"""
