"""Which mentions are the same: blocking, comparison levels, the Fellegi–Sunter model, clustering.

The engine knows nothing of China: that lives in `levels` and `specs`.
"""
