"""The output of jobs: one plain file each, its index, and the levels and streams of its lines.

Writers append, readers seek to any part. Never masking or service messages: the output that arrives here may
be shown.
"""
