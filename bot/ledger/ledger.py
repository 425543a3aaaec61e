"""The ledger: the stored state of every post, from before its first request to its last correction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot.clocks import Machine, MonotonicClock
from bot.ledger.delivery_history import DeliveryHistory
from bot.ledger.doubts import Doubts
from bot.ledger.lease import LeaseHolder
from bot.ledger.ledger_clock import LedgerClock
from bot.ledger.method_pace import MethodPace
from bot.ledger.open_parts import OpenParts
from bot.ledger.openings import Openings
from bot.ledger.payloads import PayloadCache
from bot.ledger.posted_editions import PostedEditions
from bot.ledger.rewrites import Rewrites
from bot.ledger.send_queue import SendQueue
from bot.ledger.waiting_deliveries import WaitingDeliveries
from bot.workspaces.rate_limits import LATE_DELIVERIES_PER_SECOND
from digests.store.database import Database


@dataclass(frozen=True, slots=True)
class Ledger:
    """The parts of the ledger, made over one database. Callers take the part they need."""

    clock: LedgerClock
    openings: Openings
    queue: SendQueue
    doubts: Doubts
    method_pace: MethodPace
    open_parts: OpenParts
    history: DeliveryHistory
    editions: PostedEditions
    rewrites: Rewrites
    waiting: WaitingDeliveries


def open_ledger(
    database: Database,
    *,
    lease: timedelta,
    settle: timedelta,
    late_per_second: int = LATE_DELIVERIES_PER_SECOND,
    owner: str | None = None,
    machine: Machine | None = None,
    monotonic: MonotonicClock | None = None,
) -> Ledger:
    """The ledger in this database, as this process sees it.

    ``owner`` names this process among the replicas; None: a random name. ``machine`` replaces the machine's
    clocks, and ``monotonic`` the ledger's and the process's at once, for a simulation.
    """
    clock = LedgerClock(database, machine=machine, monotonic=monotonic)
    holder = LeaseHolder(clock, length=lease, owner=owner)
    payloads = PayloadCache()
    return Ledger(
        clock=clock,
        openings=Openings(database, clock, late_per_second=late_per_second),
        queue=SendQueue(database, holder, payloads, settle=settle),
        doubts=Doubts(database, holder, payloads, settle=settle),
        method_pace=MethodPace(database, clock),
        open_parts=OpenParts(database, clock),
        history=DeliveryHistory(database),
        editions=PostedEditions(database),
        rewrites=Rewrites(database, clock),
        waiting=WaitingDeliveries(database, clock, settle=settle),
    )
