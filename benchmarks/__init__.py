"""Benchmarks of the simulator beside other SMPP servers; see README.rst in this directory."""
