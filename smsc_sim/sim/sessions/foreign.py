"""Recognising other protocols that knock at an SMPP port, so that the log says what is wrong."""

from __future__ import annotations

import re

_HTTP = re.compile(rb"(GET|HEAD|POST|PUT|DELETE|OPTIONS|PATCH|CONNECT|TRACE) ")


def looks_like(octets: bytes) -> str:
    """What the first octets of a stream that is no SMPP seem to be, as the end of a sentence; empty when unknown."""
    if octets[:2] == b"\x16\x03":
        return "; this is a TLS handshake: is the client meant for the TLS port?"
    if _HTTP.match(octets):
        return "; this is an HTTP request: is the client meant for the HTTP port?"
    if octets[:5] == b"PROXY" or octets[:8] == b"\r\n\r\n\0\r\nQ":
        return "; this is a PROXY protocol header, which is not understood here"
    return ""
