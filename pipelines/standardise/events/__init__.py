"""What a report of an event says: where it was, what it was about, and the particulars that tell it from others of its sort."""
