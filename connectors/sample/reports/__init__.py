"""What each platform reports of the city: one module per group of platforms, and what they share.

Belongs here: coverage, columns and error rates of the platforms. Does not: the true city, nor the bytes of a file.
"""
