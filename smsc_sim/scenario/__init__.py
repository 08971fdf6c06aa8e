"""What a person may write: the models, and the one loader that reads them with positions.

Imports smsc_sim.smpp, msgspec and yaml; nothing here does more I/O than reading the file it is given.
"""
