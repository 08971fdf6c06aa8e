"""smsc_sim: an SMSC simulator. A short message service centre to test SMPP clients against."""

__version__ = "0.1.0"
