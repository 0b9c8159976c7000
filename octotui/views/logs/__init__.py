"""Which logs a run has, and what they are called.

Never what stands in them: that is read by `store.logs`, and shown by `ui.log`.
"""
