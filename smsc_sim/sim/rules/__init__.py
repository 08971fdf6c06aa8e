"""What a scenario says, compiled: which rule decides an event, what was asked of it, and what is in force."""
