"""The command line; the only place that wires the rooms together.

Here live the arguments, connections and printers that verbs share; `verbs` has one file for each verb. Never
Textual, unless the app is opened.
"""
