"""From clusters to entities: stable identity, survivorship, relations, evidence."""
