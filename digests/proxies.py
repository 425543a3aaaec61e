"""Which proxy a request goes through: the environment's, for everything that Haru fetches or sends.

The variables are those that curl and Python's urllib know: ``HTTPS_PROXY``, ``HTTP_PROXY`` and ``ALL_PROXY``,
and ``NO_PROXY`` for hosts that are reached directly; each in capitals or not.
https://curl.se/docs/manpage.html#ENVIRONMENT
"""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit
from urllib.request import getproxies_environment, proxy_bypass


def proxy_for(url: str) -> str | None:
    """The address of the proxy for a URL (http, https, ws or wss); None where it is reached directly.

    This machine itself is always reached directly, whatever the environment says.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    proxies = getproxies_environment()
    if not proxies or _is_this_machine(host) or proxy_bypass(parts.netloc.rpartition("@")[2]):
        return None
    scheme = {"ws": "http", "wss": "https"}.get(parts.scheme, parts.scheme)
    proxy = proxies.get(scheme) or proxies.get("all")
    if not proxy:
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
