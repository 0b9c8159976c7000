"""The timeline of a run and all it started: spans, lanes, the critical path, and who waited for whom.

Theory of operation. What a run or a job does at a moment is data in a State, so a span is the time between
two events at which that differs. `recorder` folds events into spans, also those that follow later; `lanes`
puts them side by side, by worker or by step; `critical_path` walks back from the end to what each start
depended on; `moments` says in a sentence what was at one place of it; `drawing` draws the visible part, whose
cost depends on the screen alone. Never a decision, and never a guess of how long something will take.
"""
