"""Receipts: what an ESME is told of its message, planned, made, by hand, and after a restart."""
