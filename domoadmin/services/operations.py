"""Operations: each endpoint is declared once, beside the method that calls it.

    class DatasetHistory(Resource):
        @operation(
            id="dataset_history.list_versions",
            method="GET",
            path="/api/data/v2/datasources/{dataset_id}/dataversions",
            heading="Listing Dataset Versions",
        )
        def list_versions(self, dataset_id: Identifier) -> Request[Listing[DataVersion]]:
            \"\"\"Return the versions of the data, oldest first.\"\"\"
            return Request(parse=DataVersion.listing)

The method only says what to send and how to read the answer; called on a client it returns the parsed result. Pages,
jobs, audit, command line, console and documentation read the rest from the declaration. The registry closes when all
resources are imported: a late or doubled declaration is an error of the programmer and raises RegistrationError.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Concatenate, Literal, ParamSpec, TypeVar, cast, get_args

from domoadmin.services.arguments import Parameter, bind, parameters_of
from domoadmin.services.errors import InvalidArguments
from domoadmin.services.paging import Paging
from domoadmin.services.request import Request
from domoadmin.services.roles import Role

if TYPE_CHECKING:
    from domoadmin.services.base_client import Resource

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")
Owner = TypeVar("Owner", bound="Resource")
Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Kind = Literal["domo", "domains", "domoscio"]


class RetrySafety(StrEnum):
    """What a repeat after an unclear failure may do.

    READ changes nothing; IDEMPOTENT ends in the same state however often it is sent; VERIFIABLE must be read back
    before it is sent again; UNSAFE can't be read back, so a person settles it.
    """

    READ = "read"
    IDEMPOTENT = "idempotent"
    VERIFIABLE = "verifiable"
    UNSAFE = "unsafe"

    @property
    def repeatable(self) -> bool:
        """Whether the call may be repeated although an earlier attempt may have taken effect."""
        return self in (RetrySafety.READ, RetrySafety.IDEMPOTENT)


class RegistrationError(Exception):
    """An operation is declared wrongly, twice or too late."""


@dataclass(frozen=True)
class Operation:
    """One endpoint: everything that is known about it without calling it."""

    id: str
    method: Method
    path: str
    heading: str
    mutates: bool
    destructive: bool
    reverse: str | None
    role: Role
    retry_safety: RetrySafety
    documented: bool
    aliases: tuple[str, ...]
    limit: str | None
    patience: float | None
    paging: Paging | None
    presets: Mapping[str, Mapping[str, Any]]
    parameters: tuple[Parameter, ...]
    summary: str
    build: Callable[..., Request[Any]] = field(repr=False)

    @property
    def area(self) -> str:
        """The attribute of the client that has the method; also the area in the reference."""
        return self.id.partition(".")[0]

    @property
    def name(self) -> str:
        """The method on the resource."""
        return self.id.partition(".")[2]

    @property
    def kind(self) -> Kind:
        """The kind of upstream that has this operation; it follows from the area."""
        return self.area if self.area in ("domains", "domoscio") else "domo"  # type: ignore[return-value]

    @property
    def path_parameters(self) -> tuple[str, ...]:
        """The names of the arguments in the path."""
        return tuple(re.findall(r"{(\w+)}", self.path))

    @property
    def secret(self) -> tuple[str, ...]:
        """The names of the arguments that must never be shown, logged or stored."""
        return tuple(parameter.name for parameter in self.parameters if parameter.secret)

    def bind(self, positional: Sequence[Any], named: Mapping[str, Any]) -> dict[str, Any]:
        """Return all arguments by name; raises InvalidArguments naming a missing, unknown or wrong one."""
        try:
            return bind(self.parameters, positional, named)
        except InvalidArguments as error:
            error.operation_id = self.id
            raise


class Registry:
    """All operations by id and alias. Reading imports and closes it, so that it is never seen half-filled."""

    def __init__(self) -> None:
        self._operations: dict[str, Operation] = {}
        self._aliases: dict[str, str] = {}
        self._closed = False

    def register(self, declared: Operation) -> None:
        """Add an operation; raises RegistrationError when its id or alias is taken or the registry is closed."""
        if self._closed:
            raise RegistrationError(f"{declared.id}: the registry is closed; declare operations in services/resources/")
        for name in (declared.id, *declared.aliases):
            if name in self._operations or name in self._aliases:
                raise RegistrationError(f"{name} is declared twice")
        for name in declared.presets:
            if name not in declared.aliases:
                raise RegistrationError(f"{declared.id}: {name} has presets but is no alias")
        self._operations[declared.id] = declared
        self._aliases.update(dict.fromkeys(declared.aliases, declared.id))

    def close(self) -> None:
        """End start-up: check that what operations say of one another is true, and take no more."""
        for declared in self._operations.values():
            if declared.reverse is not None and declared.reverse not in self._operations:
                raise RegistrationError(f"{declared.id}: its reverse {declared.reverse} is not an operation")
        self._closed = True

    def get(self, operation_id: str) -> Operation:
        """Return the operation of this id, alias or variant; raises InvalidArguments for an unknown one."""
        self._complete()
        try:
            return self._operations[self._aliases.get(operation_id, operation_id)]
        except KeyError:
            raise InvalidArguments(f"there is no operation {operation_id!r}", argument="id") from None

    def __iter__(self) -> Iterator[Operation]:
        self._complete()
        return iter(sorted(self._operations.values(), key=lambda declared: declared.id))

    def __len__(self) -> int:
        self._complete()
        return len(self._operations)

    def __contains__(self, operation_id: object) -> bool:
        self._complete()
        return operation_id in self._operations or operation_id in self._aliases

    @contextmanager
    def open_temporarily(self) -> Iterator[None]:
        """Take declarations inside the block and forget them after it; for tests."""
        self._complete()
        kept = dict(self._operations), dict(self._aliases)
        self._closed = False
        try:
            yield
        finally:
            self._operations, self._aliases = kept
            self._closed = True

    def _complete(self) -> None:
        if not self._closed:
            importlib.import_module("domoadmin.services.resources")


registry = Registry()


def operation(
    *,
    id: str,
    method: Method,
    path: str,
    heading: str,
    mutates: bool | None = None,
    destructive: bool = False,
    reverse: str | None = None,
    role: Role | None = None,
    secret: tuple[str, ...] = (),
    retry_safety: RetrySafety | None = None,
    documented: bool = True,
    aliases: tuple[str, ...] = (),
    limit: str | None = None,
    patience: float | None = None,
    paging: Paging | None = None,
    presets: Mapping[str, Mapping[str, Any]] | None = None,
) -> Callable[
    [Callable[Concatenate[Owner, Arguments], Request[Result]]], Callable[Concatenate[Owner, Arguments], Result]
]:
    """Declare a resource method as an operation.

    `mutates` follows from the method (GET reads) unless said; a reading operation is READ and for viewers unless
    said, a changing one must say role and retry safety. `limit` names the class of calls that share a rate limit,
    `aliases` further ids of the reference, variants included; documented=False marks a call known only from facts.md.
    `presets` are the arguments that an alias brings along; `paging` makes client.walk go through all pages. `patience`
    is for an answer that comes only when long work is done: so many seconds may pass without a byte.
    """
    changes = (method != "GET") if mutates is None else mutates

    def declare(
        build: Callable[Concatenate[Owner, Arguments], Request[Result]],
    ) -> Callable[Concatenate[Owner, Arguments], Result]:
        if changes and (role is None or retry_safety in (None, RetrySafety.READ)):
            raise RegistrationError(f"{id} changes something: say its role and retry safety")
        if not changes and (destructive or reverse or retry_safety not in (None, RetrySafety.READ)):
            raise RegistrationError(f"{id} only reads: it can't be destructive, reversed or unsafe")
        if id != f"{id.partition('.')[0]}.{build.__name__}":
            raise RegistrationError(f"{id}: the method must have the name of the operation, not {build.__name__}")
        if not path.startswith("/") or method not in get_args(Method):
            raise RegistrationError(f"{id}: {method} {path} is not a method and an absolute path")
        try:
            parameters = tuple(parameters_of(build, method, re.findall(r"{(\w+)}", path), secret))
        except (TypeError, NameError) as error:
            raise RegistrationError(f"{id}: {error}") from error
        declared = Operation(
            id=id,
            method=method,
            path=path,
            heading=heading,
            mutates=changes,
            destructive=destructive,
            reverse=reverse,
            role=role or Role.VIEWER,
            retry_safety=retry_safety or RetrySafety.READ,
            documented=documented,
            aliases=aliases,
            limit=limit,
            patience=patience,
            paging=paging,
            presets=presets or {},
            parameters=parameters,
            summary=(inspect.getdoc(build) or "").partition("\n")[0].replace("`", ""),
            build=build,
        )
        registry.register(declared)

        @functools.wraps(build)
        def call(self: Owner, *positional: Arguments.args, **named: Arguments.kwargs) -> Result:
            result: Result = self.client.perform(declared, declared.bind(positional, named))
            return result

        # wraps() types its result by the name of the first argument as well, which a bare Callable has not.
        return cast(Callable[Concatenate[Owner, Arguments], Result], call)

    return declare
