"""The wire: SMPP 3.4 and 5.0 octets, PDUs, fields, TLVs, statuses, session legality, texts and times.

Nothing here does input or output, and nothing outside the standard library is imported.
"""
