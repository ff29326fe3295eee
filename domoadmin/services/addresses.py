"""Addresses that are never called: link-local ones and those of cloud metadata services."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

# Metadata services outside the link-local ranges: AWS (IPv6), Alibaba, Oracle, Azure.
_METADATA = {ip_address(text) for text in ("fd00:ec2::254", "100.100.100.200", "192.0.0.192", "168.63.129.16")}
_NAT64 = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"))


def is_forbidden(address: str) -> bool:
    """Whether an IP address (text, a zone allowed) is link-local, a metadata service, unspecified or multicast.

    IPv4 addresses hidden inside IPv6 ones (mapped, 6to4, Teredo, NAT64) are looked at too. Text that is no address is
    forbidden.
    """
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return True
    return any(
        candidate in _METADATA or candidate.is_link_local or candidate.is_unspecified or candidate.is_multicast
        for candidate in (parsed, *_hidden_in(parsed))
    )


def _hidden_in(address: IPv4Address | IPv6Address) -> list[IPv4Address]:
    if isinstance(address, IPv4Address):
        return []
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if any(isinstance(network, IPv6Network) and address in network for network in _NAT64):
        found.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return [hidden for hidden in found if hidden is not None]
