"""Which upstream addresses DomoAdmin may send a token to.

A base URL is typed by an admin, and a token follows it: so the address is checked when it is saved and each time
it is used. Allowed are *.domo.com and what settings.UPSTREAM_HOSTS lists; the address of a machine's own
metadata service never is, listed or not. The rules work on the text, and are strict where readers of URLs differ
(userinfo, backslashes, trailing dots, numbers for addresses), since the reader that we check with must never
understand another host than the one that sends. What a name resolves to is checked by the service layer, at the
moment when it connects.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from domoadmin.services.addresses import is_forbidden

SETTING = "DOMOADMIN_UPSTREAM_HOSTS"

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

# Beside those that the service layer never connects to: "this network" and broadcast.
_NEVER_NETWORKS = tuple(ipaddress.ip_network(network) for network in ("0.0.0.0/8", "255.255.255.255/32"))
# IPv6 addresses that stand for an IPv4 address: mapped, compatible (but not ::1), NAT64, 6to4, Teredo.
_DISGUISES = tuple(
    ipaddress.ip_network(network)
    for network in ("::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")
)
_NEVER_NAMES = frozenset(
    {
        "metadata",
        "metadata.google.internal",
        "metadata.goog",
        "metadata.azure.internal",
        "instance-data",
        "instance-data.ec2.internal",
    }
)
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
# What the C library takes for an IPv4 address when the last label is a number: 2130706433, 0x7f.1, 0177.0.0.1.
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")
_PATH = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/?")


class AddressRefused(ValueError):
    """An address that no token may be sent to. str() says why and, where one helps, names the setting."""


@dataclass(frozen=True)
class Address:
    """A base URL taken apart: lower-case host without brackets, port (always a number), path without end slash."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def url(self) -> str:
        """The base URL in its one spelling: no default port, no slash at the end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _default_port(self.scheme) else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.path}"


def _default_port(scheme: str) -> int:
    return 443 if scheme == "https" else 80


def _as_ip(host: str) -> IPAddress | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _read_port(text: str, scheme: str) -> int:
    if not text:
        return _default_port(scheme)
    if not (text.isascii() and text.isdigit() and 0 < int(text[:6]) <= 65535):
        raise AddressRefused(f"“{text[:20]}” is not a port. Write a number from 1 to 65535.")
    return int(text)


def _read_host(netloc: str) -> tuple[str, str]:
    """Split "host", "host:port" or "[v6]:port" into host and port text."""
    if netloc.startswith("["):
        host, bracket, rest = netloc[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")) or _as_ip(host) is None or "%" in host:
            raise AddressRefused("The IPv6 address is not written as [address] or [address]:port.")
        return str(ipaddress.ip_address(host)), rest[1:]
    host, _, port = netloc.partition(":")
    host = host.lower()
    if host.endswith("."):
        raise AddressRefused("Write the host without a dot at the end.")
    if not host.isascii():
        raise AddressRefused("Write a host with other than ASCII letters in its xn-- form.")
    if len(host) > 253 or not _NAME.fullmatch(host):
        raise AddressRefused("The host is not a host name: it has letters, digits, hyphens and single dots.")
    if _NUMBER.fullmatch(host.rpartition(".")[2]) and _as_ip(host) is None:
        raise AddressRefused("Write an IP address as four decimal numbers, such as 192.0.2.10.")
    return host, port


def read_address(url: str) -> Address:
    """Take a base URL apart without judging its host. Raises AddressRefused for what is no plain base URL."""
    if url != url.strip() or re.search(r"[\x00-\x20\x7f\\]", url):
        raise AddressRefused("The URL holds a blank, a backslash or a control character.")
    try:
        parts = urlsplit(url)
    except ValueError:
        raise AddressRefused("This is not a URL. Write it as https://company.domo.com.") from None
    if parts.scheme not in ("https", "http") or not parts.netloc:
        raise AddressRefused("Write the whole URL with its scheme, such as https://company.domo.com.")
    if "@" in parts.netloc:
        raise AddressRefused("The URL holds a user name before “@”. Leave it out: the token says who calls.")
    if "?" in url or "#" in url:
        raise AddressRefused("Leave out what follows “?” or “#”: a base URL has neither.")
    if not _PATH.fullmatch(parts.path):
        raise AddressRefused("The path holds “..”, “//” or characters that a base URL doesn't need.")
    host, port = _read_host(parts.netloc)
    return Address(parts.scheme, host, _read_port(port, parts.scheme), parts.path.rstrip("/"))


def read_listed(entry: str) -> tuple[str, int | None]:
    """Read an entry of the setting: host and port, None for any port. Raises AddressRefused when it is neither."""
    host, port = _read_host(entry.strip())
    return host, _read_port(port, "https") if port else None


def _listed(address: Address, allowed: Iterable[str]) -> bool:
    for entry in allowed:
        try:
            host, port = read_listed(entry)
        except AddressRefused:
            continue  # the system check connections.E002 reports it
        if host == address.host and port in (None, address.port):
            return True
    return False


def check_ip(ip: IPAddress) -> None:
    """Refuse addresses that no connection may use, listed or not. Raises AddressRefused."""
    disguised = any(ip in network for network in _DISGUISES if network.version == ip.version)
    if disguised or (ip.version == 6 and 1 < int(ip) < 2**32):
        raise AddressRefused(f"{ip} stands for an IPv4 address. Write the IPv4 address itself.")
    if is_forbidden(str(ip)) or any(ip in network for network in _NEVER_NETWORKS if network.version == ip.version):
        raise AddressRefused(f"{ip} is a link-local, metadata or special address: never an upstream.")


def check_address(url: str, allowed: Iterable[str]) -> Address:
    """Return the address of a base URL when a token may be sent there, else raise AddressRefused.

    `allowed` holds "host" (any port) or "host:port"; only a listed host may be spoken to by plain http.
    """
    address = read_address(url)
    ip = _as_ip(address.host)
    if ip is not None:
        check_ip(ip)
    if address.host in _NEVER_NAMES:
        raise AddressRefused(f"{address.host} is a metadata service: never an upstream.")
    listed = _listed(address, allowed)
    is_domo = address.host.endswith(".domo.com") and address.port == 443
    if not listed and not is_domo:
        raise AddressRefused(
            f"{address.host}:{address.port} is not an allowed upstream. Allowed are *.domo.com on port 443 and the "
            f"hosts listed in {SETTING}: add “{address.host}:{address.port}” there and restart."
        )
    if address.scheme == "http" and not listed:
        raise AddressRefused(
            f"Write https:// for {address.host}: a token travels unencrypted only to a host listed in {SETTING}."
        )
    return address
