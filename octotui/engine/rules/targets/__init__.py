"""Rules about targets that are no machines of their own: which workers the steps on them need.

Never the selection of targets, which is a decision, nor that of workers.
"""
