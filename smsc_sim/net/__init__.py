"""Twisted: endpoints, TLS and the driver that carries out what the simulator decides."""
