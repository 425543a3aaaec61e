"""Which network addresses Haru may fetch from: the public ones, unless the operator allows more."""

from __future__ import annotations

import socket
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from digests.errors import SourceError

Allowed = Callable[[str], bool]
"""Whether a numeric address may be connected to."""

_NAT64 = IPv6Network("64:ff9b::/96")
"""IPv4 addresses as IPv6-only networks write them: https://www.rfc-editor.org/rfc/rfc6052#section-2.1."""


class PrivateAddressError(OSError):
    """The address is not a public one."""

    def __init__(self) -> None:
        # The same words for each of a name's addresses: aiohttp then gives the error as it is.
        super().__init__("not a public address")


def any_address(_: str) -> bool:
    """The operator trusts every address."""
    return True


def is_public(address: str) -> bool:
    """Whether a numeric address is on the public internet; False for what is no address.

    Loopback, private, link-local (cloud machines tell their secrets on 169.254.169.254),
    multicast and reserved ones are not; nor are their disguises as IPv6.
    """
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return all(one.is_global and not one.is_multicast and not one.is_reserved for one in _meant(found))


def checked_socket(allowed: Allowed) -> Callable[[tuple[object, ...]], socket.socket]:
    """Makes sockets for aiohttp, and none to an address that is not allowed.

    It is given the very address that is connected to, after the name was looked up: a name
    that answers otherwise a second time gains nothing. PrivateAddressError on a refused one.
    """

    def make(information: tuple[object, ...]) -> socket.socket:
        family, kind, protocol, _, address = information
        check(address, allowed)
        return socket.socket(int(family), int(kind), int(protocol))  # type: ignore[call-overload]

    return make


def check(address: object, allowed: Allowed) -> None:
    """PrivateAddressError unless a socket's address is allowed."""
    host = address[0] if isinstance(address, tuple) and address else address
    if not isinstance(host, str) or not allowed(host):
        raise PrivateAddressError


def refused(host: str) -> SourceError:
    """The sentence for the operator."""
    return SourceError(
        f"{host} leads to a private address, which Haru does not fetch from;"
        " set HARU_ALLOW_PRIVATE_ADDRESSES=true if you trust your sources."
    )


def _meant(address: IPv4Address | IPv6Address) -> list[IPv4Address | IPv6Address]:
    """The address itself, and the IPv4 address that is written into it."""
    if isinstance(address, IPv4Address):
        return [address]
    if address.ipv4_mapped is not None:
        return [address.ipv4_mapped]
    if address in _NAT64:
        return [IPv4Address(int(address) & 0xFFFFFFFF)]
    inner = address.sixtofour or (address.teredo[1] if address.teredo else None)
    return [address, inner] if inner else [address]
