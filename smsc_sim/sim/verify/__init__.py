"""Verification: what a test or a scenario file says must have happened, held against the stored messages."""
