"""What a matching run leaves on disk for the next one and for later stages, and how it lies there.

Belongs here: the state of a kind, its arrays as files, reading clusters and pairs back. Does not: bringing the state up to date
(`incremental`).
"""
