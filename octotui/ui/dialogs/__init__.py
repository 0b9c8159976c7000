"""Dialogs over a screen: start, values, questions, why, variables, help, confirm, quit.

Each returns an answer, and sends nothing itself unless it is about one question. Never a list that stays on a
screen.
"""
