"""Code Engine from the service layer over HTTP to the sandbox and back."""

from __future__ import annotations

import pytest

from domoadmin.services import search_filters as filters
from domoadmin.services.client import Client
from domoadmin.services.errors import BadRequest, NotFound

LOGS = {"getLogs": True}


def package_id(domo: Client, name: str) -> str:
    """The id of the package of this name, which only the search knows."""
    return domo.search.query(["package"], filters=[filters.term("name", name)]).hits[0].id


def test_functions_run_and_keep_what_they_were_told(domo: Client) -> None:
    stock = package_id(domo, "Stock alerts")
    given = {"store": "DE-0044", "article": "BOT-TRK"}
    kept = domo.code_engine.run_function(stock, "1.0.1", "setThreshold", {**given, "units": 6}, LOGS)
    assert (kept.succeeded, kept.output) == (True, ("DE-0044 BOT-TRK: 6",))
    assert kept.started is not None
    assert kept.completed is not None
    assert domo.code_engine.run_function(stock, "1.0.1", "getThreshold", given).result == 6


def test_a_failed_run_answers_and_a_wrong_call_is_refused(domo: Client) -> None:
    failed = domo.code_engine.run_function(package_id(domo, "Legacy ERP bridge"), "1.0.0", "openOrders", settings=LOGS)
    assert (failed.succeeded, failed.expected_type, failed.actual_type) == (False, "number", "text")
    with pytest.raises(BadRequest, match=r"inputVariables\.number2") as caught:
        domo.code_engine.run_function(package_id(domo, "Number helpers"), "1.0.0", "addTwoNumbers", {"number1": 1})
    assert caught.value.request_id
    with pytest.raises(NotFound):
        domo.code_engine.run_function(package_id(domo, "Number helpers"), "9.0.0", "addTwoNumbers", {})
