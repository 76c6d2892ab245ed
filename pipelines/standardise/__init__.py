"""Raw text to standard values: names, identifiers, dates, phones, addresses, enterprise names.

Pure functions over columns of distinct values. Belongs here: what a value means. Does not: who it belongs to.
"""
