"""What matching reads: the index of mentions, their columns as each kind's specification wants them, rows at stable places.

Belongs here: turning mention tables into rows and views. Does not: comparing them (`engine`).
"""
