"""How events were handled: stages by their position, time limits, what breaks the order.

Belongs here: reading stages, working time, deadlines, findings. Does not: which reports are one event (`matching`).
"""
