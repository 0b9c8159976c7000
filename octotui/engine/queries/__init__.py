"""What people ask of lists: the times that they mean.

Here and not in `views`, since the store answers questions, too. Never SQL, and never a cursor or a key.
"""
