"""Decides which network addresses Haru may connect to: public ones, unless the operator allows all."""

from __future__ import annotations

import socket
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from digests.errors import SourceError

IsAllowed = Callable[[str], bool]
"""Whether Haru may connect to a numeric IP address."""

_NAT64 = IPv6Network("64:ff9b::/96")
"""IPv4 addresses embedded in IPv6 (https://www.rfc-editor.org/rfc/rfc6052#section-2.1)."""


class PrivateAddressError(OSError):
    """The address is not a public one."""

    def __init__(self) -> None:
        # The same message for each address of a host: aiohttp then raises this error unchanged.
        super().__init__("not a public address")


def any_address(_: str) -> bool:
    """True: allows every address, private ones included."""
    return True


def is_public_address(text: str) -> bool:
    """Whether a numeric address is on the public internet; False for text that is no address.

    Loopback, private, link-local (cloud metadata services answer on 169.254.169.254), multicast and
    reserved addresses are not public, and neither are IPv6 addresses that embed one of them.
    """
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return all(
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        # fec0::/10, which Python counts as global (https://www.rfc-editor.org/rfc/rfc3879).
        and not (isinstance(address, IPv6Address) and address.is_site_local)
        for address in _with_embedded(found)
    )


def checked_socket_factory(is_allowed: IsAllowed) -> Callable[[tuple[object, ...]], socket.socket]:
    """A socket factory for aiohttp that raises PrivateAddressError for an address that is not allowed.

    It gets the numeric address that will be connected to, after the host name was resolved, so a host
    that resolves differently the second time (DNS rebinding) cannot get around it.
    """

    def create(information: tuple[object, ...]) -> socket.socket:
        family, kind, protocol, _, address = information
        check_address(address, is_allowed)
        return socket.socket(int(family), int(kind), int(protocol))  # type: ignore[call-overload]

    return create


def check_address(address: object, is_allowed: IsAllowed) -> None:
    """PrivateAddressError unless the address of a socket is allowed."""
    host = address[0] if isinstance(address, tuple) and address else address
    if not isinstance(host, str) or not is_allowed(host):
        raise PrivateAddressError


def private_address_error(host: str) -> SourceError:
    """The error that tells the operator about a refused address."""
    return SourceError(
        f"{host} leads to a private address, which Haru does not fetch from;"
        " set HARU_ALLOW_PRIVATE_ADDRESSES=true if you trust your sources."
    )


def _with_embedded(address: IPv4Address | IPv6Address) -> list[IPv4Address | IPv6Address]:
    """The address itself, and the IPv4 address embedded in it, if any."""
    if isinstance(address, IPv4Address):
        return [address]
    if address.ipv4_mapped is not None:
        return [address.ipv4_mapped]
    if address in _NAT64:
        return [IPv4Address(int(address) & 0xFFFFFFFF)]
    inner = address.sixtofour or (address.teredo[1] if address.teredo else None)
    return [address, inner] if inner else [address]
