"""The devices of a hub: enrolled with a one-time secret, registered with a key, known by a nine-digit code."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, func, select, update

from clerk_app.errors import HallFull, NoSuchHall
from clerk_app.failpoints import failpoint
from clerk_app.journal.exchange import NO_MARK, Registration
from clerk_app.security.enrolment_file import EnrolmentFile
from sync.hub.hub import Hub
from sync.hub.refusal import BAD_SECRET, BAD_TOKEN, OTHER_KEY, REVOKED, UNKNOWN_DEVICE, Refused
from sync.hub.revoke import order_to
from sync.hub.schema import devices, regions
from sync.hub.store import AnyRow, insert_or_nothing
from sync.registration import registration_proof, verifier_of
from sync.schemas import RegisterAsk

HALL_SIZE, DEVICE_SIZE = 6, 3
_LAST_DEVICE = 999
_DEVICE = select(devices).where(devices.c.region == bindparam("hall"), devices.c.device == bindparam("number"))
"""Asked with every request, so it is built and compiled once."""


@dataclass(frozen=True, slots=True)
class Device:
    """A registered device. `region` is its hall's six digits, `device` its three."""

    region: str
    device: str
    public_key: bytes

    @property
    def code(self) -> str:
        """Nine digits: hall and device."""
        return self.region + self.device


@dataclass(frozen=True, slots=True)
class EnrolmentWish:
    """What an administrator says about a new device.

    `hall_name` empty: as the hall is called already. `ca`: PEM of the authority the device is to trust, or empty.
    """

    hall: str
    hall_name: str
    device_name: str
    url: str
    page_base: str
    ca: str = ""


def enrol(hub: Hub, wish: EnrolmentWish) -> bytes:
    """Give out the next device number of a hall; return the enrolment file."""
    if not (len(wish.hall) == HALL_SIZE and wish.hall.isascii() and wish.hall.isdigit()):
        raise NoSuchHall(hall=wish.hall)
    secret, now = hub.rng.token(32), hub.clock.now_ms()
    with hub.store.writing() as connection:
        hall_name = _open_region(connection, wish)
        number = _next_device(connection, wish.hall)
        row = {
            "region": wish.hall,
            "device": number,
            "name": wish.device_name,
            "verifier": verifier_of(secret),
            "enrolled_at": now,
            "feed_hub_seq": 0,
            "feed_mark": NO_MARK,
        }
        connection.execute(devices.insert().values(row))
        failpoint("hub.enrol.before_commit")
    file = EnrolmentFile(
        hub=hub.identity,
        recovery=hub.keys.recovery_public,
        rating=hub.keys.rating_public,
        handover=hub.keys.handover_public,
        ca=wish.ca,
        url=wish.url,
        page_base=wish.page_base,
        hall=wish.hall,
        hall_name=hall_name,
        device=number,
        device_name=wish.device_name,
        secret=secret,
        issued_at=now,
    )
    return file.to_bytes(hub.keys.identity)


def _open_region(connection: Connection, wish: EnrolmentWish) -> str:
    insert_or_nothing(connection, regions, {"region": wish.hall, "name": wish.hall_name, "last_hub_seq": 0})
    # Locks the hall's row, so that two enrolments at once never give the same number.
    statement = update(regions).where(regions.c.region == wish.hall)
    statement = statement.values(name=wish.hall_name if wish.hall_name else regions.c.name)
    return str(connection.execute(statement.returning(regions.c.name)).scalar_one())


def _next_device(connection: Connection, hall: str) -> str:
    statement = select(func.max(devices.c.device)).where(devices.c.region == hall)
    last = connection.execute(statement).scalar_one_or_none()
    number = int(last or 0) + 1
    if number > _LAST_DEVICE:
        raise HallFull(hall=hall)
    return f"{number:0{DEVICE_SIZE}d}"


def any_device(connection: Connection, code: str) -> AnyRow:
    """The row of a device, revoked or not; refuse an unknown one."""
    row = connection.execute(_DEVICE, {"hall": code[:HALL_SIZE], "number": code[HALL_SIZE:]}).one_or_none()
    if row is None:
        raise Refused(*UNKNOWN_DEVICE)
    return row


def find_device(connection: Connection, code: str) -> AnyRow:
    """The row of a device; refuse an unknown or a revoked one."""
    row = any_device(connection, code)
    if row.revoked_at is not None:
        raise Refused(*REVOKED, order=order_to(connection, row.region, row.device))
    return row


def registered_device(connection: Connection, code: str) -> Device:
    """A device that has a key; refuse any other."""
    row = find_device(connection, code)
    if row.public_key is None:
        # It has a token or a challenge, so it was registered before an older copy of this hub was put back. It says
        # hello again and learns that it must register again.
        raise Refused(*BAD_TOKEN)
    return Device(row.region, row.device, row.public_key)


def register(hub: Hub, ask: RegisterAsk, *, revoked_too: bool = False) -> None:
    """Register a device's key, once. The same key again is harmless, another one is refused.

    `revoked_too`: also that of a device that was revoked before it was ever heard of, so that what it wrote is known
    to be its own.
    """
    public = bytes.fromhex(ask.public_key)
    with hub.store.writing() as connection:
        row = (any_device if revoked_too else find_device)(connection, ask.device)
        wanted = Registration(hub.identity, row.region, row.device, public, b"", "", "")
        if not hmac.compare_digest(registration_proof(row.verifier, wanted), bytes.fromhex(ask.proof)):
            raise Refused(*BAD_SECRET)
        if row.public_key not in (None, public):
            raise Refused(*OTHER_KEY)
        if row.public_key is None:
            statement = update(devices).where(devices.c.region == row.region, devices.c.device == row.device)
            # Two registrations at once with different keys: whoever is second finds no row without a key.
            statement = statement.where(devices.c.public_key.is_(None))
            done = connection.execute(statement.values(public_key=public, registered_at=hub.clock.now_ms()))
            if done.rowcount != 1:
                raise Refused(*OTHER_KEY)
        failpoint("hub.register.before_commit")
    failpoint("hub.register.after_commit")
