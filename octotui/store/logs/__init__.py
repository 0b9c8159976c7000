"""The output of jobs: one plain file each, its index, and the levels of its lines.

Writers append, readers find any part at once. Never masking or service messages: what arrives here is fit to
be seen.
"""
