"""The SMSC's mind: sessions, accounts, decisions, message life, receipts and their routing.

Nothing here does input or output.  Instants are parameters (float seconds since the Unix epoch, UTC), octets come
in through :meth:`smsc_sim.sim.smsc.Smsc.receive`, and what has to happen outside is left as data: octets in each
session's outbox, an :class:`~smsc_sim.sim.sessions.session.Ending`, notes for the log, events on the timeline.

``sessions``, ``rules``, ``messages``, ``receipts``, ``delivery`` and ``mo`` are what an SMSC does; ``journal``,
``store``, ``search``, ``verify`` and ``ladder`` are what is remembered of it, and asked about it.
"""
