"""What `octotui plan` has beside a prediction: the options of what if, and two plans as JSON.

The plans themselves are played in `engine/plans`, and their sentences are those of `views/plans`. What is
here never starts a run or writes a file.
"""
