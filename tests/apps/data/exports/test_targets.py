"""Buckets, regions, paths, and the values of an exact CSV."""

from __future__ import annotations

from datetime import date
from typing import Any

import botocore.session
import pytest

from apps.core.exact_csv import exact_pieces
from apps.data.exports.regions import REGIONS
from apps.data.exports.s3_target import TargetRefused, checked_bucket, fit_name, path_for


def test_all_regions_that_aws_lists_are_known() -> None:
    every = botocore.session.get_session().get_data("endpoints")["partitions"]
    known = {name for each in every if each["partition"] in ("aws", "aws-cn", "aws-us-gov") for name in each["regions"]}
    assert known <= set(REGIONS)


@pytest.mark.parametrize("name", ["ab", "-abc", "abc-", "a..b", "xn--abc", "abc-s3alias", "A-b-c", "a_b_c", "x" * 64])
def test_names_that_no_bucket_has(name: str) -> None:
    with pytest.raises(TargetRefused):
        checked_bucket(name)


def test_a_path_takes_only_what_is_fit() -> None:
    path = path_for("/exports/{date}/{name}-{id}/", "12-ab", "Größe / Länge: “A” & {id}", date(2027, 1, 31))
    assert path == "exports/2027-01-31/Größe-Länge-A-id-12-ab"
    assert fit_name("../..") == ""
    with pytest.raises(TargetRefused, match="too long"):
        path_for("x" * 901, "1", "a", date(2027, 1, 31))


def test_exact_values_come_back_as_they_were() -> None:
    rows: list[list[Any]] = [[None, "", "a,b", 'say "x"', "two\nlines", True, 1.5, {"a": 1}], [None]]
    assert b"".join(exact_pieces(rows)).decode() == ',"","a,b","say ""x""","two\nlines",true,1.5,"{""a"": 1}"\n""\n'
