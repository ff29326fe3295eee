"""Code Engine API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from domoadmin.services.arguments import Identifier, Keys
from domoadmin.services.base_client import Resource
from domoadmin.services.operations import RetrySafety, operation
from domoadmin.services.request import Request
from domoadmin.services.results.code_engine import FunctionRun
from domoadmin.services.roles import Role


class CodeEngine(Resource):
    """Functions that people wrote, run on demand."""

    @operation(
        id="code_engine.run_function",
        method="POST",
        path="/api/codeengine/v2/packages/{package_id}/versions/{version}/functions/{function_name}",
        heading="Run Function",
        role=Role.SUPPORT,
        # It runs arbitrary code, and no call reads an execution back.
        retry_safety=RetrySafety.UNSAFE,
    )
    def run_function(
        self,
        package_id: Identifier,
        version: str,
        function_name: str,
        input_variables: Mapping[str, Any] | None = None,
        settings: Annotated[Mapping[str, Any] | None, Keys({"getLogs": bool})] = None,
    ) -> Request[FunctionRun]:
        """Run a function with arguments by the names of its parameters; {"getLogs": True} brings what it logged.

        Returns when it has ended, which can take long. Look at `succeeded`: a failed run is no error of the call.
        """
        return Request(parse=FunctionRun.from_answer)
