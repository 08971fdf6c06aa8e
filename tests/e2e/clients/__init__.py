"""Drivers: each makes one third-party SMPP client do what a test asks and writes what that client saw.

A driver takes one argument, a JSON object:

``host``, ``port``
    where the SMSC (or whatever stands before it) listens
``ca``
    a PEM file with the certificate to trust; TLS is spoken when it is given
``system_id``, ``password``, ``mode``
    the bind; mode is ``transmitter``, ``receiver`` or ``transceiver``
``submit``
    the messages to submit, in order: any of ``gsm7``, ``ucs2``, ``udh``, ``sar``, ``payload``
``receipts``
    how many receipts to wait for before the unbind
``enquire_link``
    send one and wait for its answer
``await_enquire_link``
    wait for one of the SMSC
``query``
    ask for a message that there is not
``query_sent``
    ask for the message that was submitted last
``operations``
    do every operation on messages once; the outcome of each is an ``operation``
``bind_twice``
    send a second bind on the bound session
``seconds``
    how long the whole may take

It writes one JSON object per line on standard output, each with ``event``: ``bound``, ``refused``, ``submitted``,
``receipt``, ``enquire_link_answered``, ``enquire_link_received``, ``query_answered``, ``operation``, ``second_bind``,
``unbound``, ``failed``. It ends with code 0 when all that was asked for has happened.
"""
