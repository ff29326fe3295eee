"""Where a token may be sent: examples for each trick, and properties for the tricks nobody thought of."""

from __future__ import annotations

import ipaddress
import string
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from apps.connections.addresses import AddressRefused, check_address, read_address

LISTED = ["sandbox.internal:8123", "127.0.0.1:9000", "upstream.example", "[::1]:7000", "192.168.5.4"]


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("https://halden.domo.com", "https://halden.domo.com"),
        ("https://HALDEN.Domo.com/", "https://halden.domo.com"),
        ("https://halden.domo.com:443", "https://halden.domo.com"),
        ("https://halden-dev.beta.domo.com", "https://halden-dev.beta.domo.com"),
        ("http://sandbox.internal:8123", "http://sandbox.internal:8123"),
        ("http://127.0.0.1:9000", "http://127.0.0.1:9000"),
        ("http://[::1]:7000/v2/instances/1", "http://[::1]:7000/v2/instances/1"),
        ("http://[0:0::1]:7000", "http://[::1]:7000"),
        ("https://upstream.example", "https://upstream.example"),
        ("https://upstream.example:8443/prod/", "https://upstream.example:8443/prod"),
        ("http://upstream.example", "http://upstream.example"),
        ("http://192.168.5.4:81", "http://192.168.5.4:81"),
    ],
)
def test_allowed_addresses_come_back_in_one_spelling(url: str, normal: str) -> None:
    assert check_address(url, LISTED).url == normal


@pytest.mark.parametrize(
    "url",
    [
        "https://evil-domo.com",
        "https://evildomo.com",
        "https://domo.com.evil.net",
        "https://domo.com@evil.net",
        "https://halden.domo.com@evil.net",
        "https://halden.domo.com:443@evil.net",
        "https://evil.net@halden.domo.com",
        "https://evil.net#.domo.com",
        "https://evil.net?.domo.com",
        "https://evil.net/.domo.com",
        "https://evil.net\\.domo.com",
        "https://halden.domo.com\\@evil.net",
        "https://halden.domo.com.",
        "https://.domo.com",
        "https://domo.com",
        "https://-x.domo.com",
        "https://a..domo.com",
        "https://halden.domo.com:8443",
        "http://halden.domo.com",
        "http://halden.domo.com:443",
        "ftp://halden.domo.com",
        "//halden.domo.com",
        "halden.domo.com",
        "https://",
        "",
        "https:halden.domo.com",
        "https:///halden.domo.com",
        "https://halden.domo.com:0",
        "https://halden.domo.com:99999",
        "https://halden.domo.com:4a3",
        "https://halden.domo.com:-1",
        "https://hald\u0435n.domo.com",
        "https://halden.\uff44omo.com",
        "https://halden%2edomo.com",
        "https://evil.net%00.domo.com",
        "https://halden.domo.com/%2e%2e",
        "https://halden.domo.com/../x",
        "https://halden.domo.com//x",
        "https://halden.domo.com/?x",
        "https://halden.domo.com/#",
        " https://halden.domo.com",
        "https://halden.domo.com\n",
        "https://hal den.domo.com",
        "https://halden.domo.com\t",
        "https://[halden.domo.com]",
        "https://[::1",
        "http://sandbox.internal:8124",
        "http://sandbox.internal",
        "http://127.0.0.1:9001",
        "http://127.0.0.2:9000",
        "http://127.1:9000",
        "http://2130706433:9000",
        "http://0x7f000001:9000",
        "http://0x7f.0.0.1:9000",
        "http://0177.0.0.1:9000",
        "http://127.0.0.01:9000",
        "http://[::ffff:127.0.0.1]:9000",
        "http://[::ffff:7f00:1]:9000",
        "http://localhost:9000",
    ],
)
def test_everything_else_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        check_address(url, LISTED)


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254",
        "169.254.0.1",
        "169.254.170.2",
        "100.100.100.200",
        "192.0.0.192",
        "168.63.129.16",
        "0.0.0.0",  # noqa: S104 - refused, not bound
        "224.0.0.1",
        "255.255.255.255",
        "[fe80::1]",
        "[febf::1]",
        "[fd00:ec2::254]",
        "[::]",
        "[ff02::1]",
        "[::ffff:169.254.169.254]",
        "[::169.254.169.254]",
        "[64:ff9b::a9fe:a9fe]",
        "[2002:a9fe:a9fe::1]",
        "[fe80::1%25eth0]",
        "metadata.google.internal",
        "METADATA.google.internal",
        "metadata",
        "instance-data.ec2.internal",
        "2852039166",
        "0xa9fea9fe",
        "0251.0376.0251.0376",
        "169.254.43518",
    ],
)
def test_metadata_and_link_local_are_refused_even_when_listed(host: str) -> None:
    bare = host.strip("[]")
    with pytest.raises(AddressRefused):
        check_address(f"http://{host}", [host, bare, f"{host}:80", f"[{bare}]"])


def test_the_refusal_names_the_setting_and_the_entry() -> None:
    with pytest.raises(AddressRefused, match=r"DOMOADMIN_UPSTREAM_HOSTS.*“intranet\.example:443”"):
        check_address("https://intranet.example/api", [])


def test_the_refusal_of_plain_http_names_the_setting() -> None:
    with pytest.raises(AddressRefused, match=r"https://.*DOMOADMIN_UPSTREAM_HOSTS"):
        check_address("http://halden.domo.com:443", [])


def test_a_malformed_entry_allows_nothing() -> None:
    for entry in ("", "*", "https://evil.net", "evil.net/", "evil.net:x", ".", "[::1"):
        with pytest.raises(AddressRefused):
            check_address("https://evil.net", [entry])


ANY_TEXT = st.text(st.characters(codec="utf-8"), max_size=60)
URL_PIECES = st.lists(
    st.sampled_from(
        ["https://", "http://", "halden", ".domo.com", "domo.com", "evil.net", "@", ":", "/", "\\", "#", "?", ".", "..",
         "%2e", "%00", "[", "]", "::1", "443", "80", "127.0.0.1", "169.254.169.254", "0x7f.1", "\t", " ", "\u3002"]
    ),
    max_size=8,
).map("".join)  # fmt: skip


@given(url=ANY_TEXT | URL_PIECES.map(lambda rest: f"https://{rest}") | URL_PIECES)
@example(url="https://halden.domo.com\\@evil.net")
@example(url="https://halden.domo.com:443@evil.net")
def test_what_passes_is_read_alike_by_the_checker_the_standard_library_and_the_transport(url: str) -> None:
    try:
        address = check_address(url, [])
    except AddressRefused:
        return
    assert address.host.endswith(".domo.com")
    assert (address.scheme, address.port) == ("https", 443)
    for spelled in (url, address.url):
        assert urlsplit(spelled).hostname == address.host
        sent = httpx.URL(spelled)
        assert (sent.host, sent.port or 443, sent.userinfo) == (address.host, 443, b"")


@given(address=st.ip_addresses())
def test_an_ip_address_needs_an_entry_of_its_own(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    host = f"[{address}]" if address.version == 6 else str(address)
    with pytest.raises(AddressRefused):
        check_address(f"https://{host}", ["10.255.255.254:1"])


@given(number=st.integers(0, 2**32 - 1), spell=st.sampled_from([str, hex, lambda number: f"0{number:o}"]))
def test_a_number_is_never_an_address(number: int, spell) -> None:  # type: ignore[no-untyped-def]
    host = spell(number)
    with pytest.raises(AddressRefused):
        check_address(f"http://{host}", [host, str(ipaddress.IPv4Address(number))])


@given(address=st.ip_addresses(v=4))
def test_an_ipv4_address_inside_an_ipv6_one_is_never_allowed(address: ipaddress.IPv4Address) -> None:
    for disguised in (
        f"::ffff:{address}",
        f"64:ff9b::{address}",
        str(ipaddress.IPv6Address(int(address) + (0x2002 << 112))),
    ):
        with pytest.raises(AddressRefused):
            check_address(f"http://[{disguised}]", [f"[{disguised}]", str(address)])


LABELS = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=12).filter(lambda label: label.isalpha())


@given(labels=st.lists(LABELS, min_size=1, max_size=4))
def test_every_company_below_domo_com_is_allowed_and_its_spelling_is_stable(labels: list[str]) -> None:
    url = f"https://{'.'.join(labels)}.domo.com"
    assert check_address(url, []).url == url
    assert read_address(read_address(url).url) == read_address(url)
