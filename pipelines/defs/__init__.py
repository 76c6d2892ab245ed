"""Dagster wiring: assets, checks, jobs, schedules, sensors, resources. Bodies read, call a pure function, return with counts."""
