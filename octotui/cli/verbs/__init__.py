"""One file for each verb, loaded when it is called; `answer` has all the answers to questions.

A file here parses its arguments and prints. Never what two verbs share: that is in `cli`.
"""
