"""What an operation takes: read from the signature of its method, checked before anything is sent."""

from __future__ import annotations

import inspect
import re
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any, Literal, TypeAlias

from domoadmin.services.errors import InvalidArguments
from domoadmin.services.places import Path, Place, place_of

# Ids come as numbers in one place and as text in another (endpoints.json, notes of the Domo API): both are taken.
Identifier: TypeAlias = str | int
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Between:
    """Marks a number of `Annotated` as lying between two bounds, both included; None is open."""

    least: int | None = None
    most: int | None = None

    def problem(self, value: Any) -> str | None:
        """Return what is wrong with the value, or None."""
        if self.least is not None and value < self.least:
            return f"must be at least {self.least:,}"
        if self.most is not None and value > self.most:
            return f"must be at most {self.most:,}"
        return None


@dataclass(frozen=True)
class Length:
    """Marks a text or list of `Annotated` as having between `least` and `most` characters or items."""

    least: int = 1
    most: int | None = None

    def problem(self, value: Any) -> str | None:
        """Return what is wrong with the value, or None."""
        if len(value) < self.least:
            return "must not be empty" if self.least == 1 else f"must have at least {self.least:,} entries"
        if self.most is not None and len(value) > self.most:
            return f"must have at most {self.most:,} entries, not {len(value):,}"
        return None


@dataclass(frozen=True)
class Digits:
    """Marks an id of `Annotated` as a number: any other word in its place is another path of the upstream."""

    def problem(self, value: Any) -> str | None:
        """Return what is wrong with the value, or None."""
        written = str(value)
        return None if written.isascii() and written.isdecimal() else "must be a number"


@dataclass(frozen=True)
class Keys:
    """Marks an object, or a list of objects, of `Annotated` with what its keys hold; keys without a type are free.

    `types` are annotations by key; a key of `required` must be there. Null passes for a key that isn't required.
    """

    types: Mapping[str, Any]
    required: tuple[str, ...] = ()

    def __hash__(self) -> int:
        return hash((tuple(self.types), self.required))

    def problem(self, value: Any) -> str | None:
        """Return what is wrong with the value, or None."""
        if not isinstance(value, Mapping):
            found = (self.problem(entry) for entry in value)
            return next((problem for problem in found if problem), None)
        for name in self.required:
            if value.get(name) is None:
                return f"must have {name}"
        for name, annotation in self.types.items():
            problem = problem_with(value[name], annotation) if value.get(name) is not None else None
            if problem is not None:
                return f"has a {name} that {problem}{_telling(value[name])}"
        return None


@dataclass(frozen=True)
class Parameter:
    """One argument of an operation, as its method declares it."""

    name: str
    annotation: Any
    required: bool
    default: Any
    place: Place
    secret: bool

    @property
    def in_path(self) -> bool:
        """Whether it is a part of the path."""
        return isinstance(self.place, Path)

    @property
    def wire_name(self) -> str:
        """Its name in the documents and on the wire."""
        return self.place.named(self.name)

    @property
    def expected(self) -> str:
        """What the argument takes, in plain words."""
        return in_words(self.annotation)

    @property
    def choices(self) -> tuple[str, ...]:
        """The allowed values when the argument is one of a fixed set, else empty."""
        return tuple(_choices(self.annotation))

    def check(self, value: Any) -> None:
        """Raise InvalidArguments naming this argument when the value doesn't fit; a secret's value is never shown."""
        problem = problem_with(value, self.annotation)
        if problem is None and isinstance(value, str) and not _encodable(value):
            problem = "holds characters that can't be sent"
        if problem is None and self.in_path:
            problem = _problem_in_path(value)
        if problem is None:
            return
        told = "" if self.secret else _telling(value)
        raise InvalidArguments(f"{self.name} {problem}{told}", argument=self.name)


def parameters_of(
    function: Callable[..., Any], method: str, path_names: Sequence[str], secret: Sequence[str]
) -> list[Parameter]:
    """Return the parameters of a resource method (without self), or raise TypeError for a bad declaration."""
    hints = typing.get_type_hints(function, include_extras=True)
    found = []
    for parameter in list(inspect.signature(function).parameters.values())[1:]:
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD) or parameter.name not in hints:
            raise TypeError(f"{function.__qualname__}: {parameter.name} must be one typed argument")
        required = parameter.default is parameter.empty
        found.append(
            Parameter(
                name=parameter.name,
                annotation=hints[parameter.name],
                required=required,
                default=None if required else parameter.default,
                place=place_of(parameter.name, hints[parameter.name], method, path_names),
                secret=parameter.name in secret,
            )
        )
    names = {parameter.name for parameter in found}
    in_path = {parameter.wire_name for parameter in found if parameter.in_path}
    for name in (*set(path_names).difference(in_path), *secret):
        if name not in names:
            raise TypeError(f"{function.__qualname__}: {name} is declared but not an argument")
    return found


def bind(parameters: Sequence[Parameter], positional: Sequence[Any], named: Mapping[str, Any]) -> dict[str, Any]:
    """Return every argument by name, defaults included; raises InvalidArguments naming the first bad one."""
    if len(positional) > len(parameters):
        raise InvalidArguments(f"takes at most {len(parameters)} arguments, not {len(positional)}")
    given = {parameter.name: value for parameter, value in zip(parameters, positional, strict=False)}
    known = {parameter.name for parameter in parameters}
    for name, value in named.items():
        if name not in known:
            raise InvalidArguments(f"there is no argument {name}", argument=name)
        if name in given:
            raise InvalidArguments(f"{name} is given twice", argument=name)
        given[name] = value
    for parameter in parameters:
        if parameter.name in given:
            parameter.check(given[parameter.name])
        elif parameter.required:
            raise InvalidArguments(f"{parameter.name} is missing", argument=parameter.name)
        else:
            given[parameter.name] = parameter.default
    return given


def problem_with(value: Any, annotation: Any) -> str | None:
    """Return what is wrong with a value for an annotation ("must be ..."), or None when it fits."""
    origin = typing.get_origin(annotation)
    if origin is Annotated:
        inner, *markers = typing.get_args(annotation)
        problem = problem_with(value, inner)
        if problem is not None or value is None:
            return problem
        found = (marker.problem(value) for marker in markers if isinstance(marker, Between | Digits | Length | Keys))
        return next((problem for problem in found if problem), None)
    if origin in (typing.Union, types.UnionType):
        problems: dict[Any, str] = {}
        for option in typing.get_args(annotation):
            problem = problem_with(value, option)
            if problem is None:
                return None
            problems[option] = problem
        problems.pop(type(None), None)
        # "x or nothing" is told by what is wrong with x: that may be a bound, which the type alone doesn't name.
        return problems.popitem()[1] if len(problems) == 1 else f"must be {in_words(annotation)}"
    return None if _fits(value, annotation, origin) else f"must be {in_words(annotation)}"


def _fits(value: Any, annotation: Any, origin: Any) -> bool:
    if annotation is Any:
        return True
    if annotation is None or annotation is type(None):
        return value is None
    if origin is Literal:
        return isinstance(value, str | int) and value in typing.get_args(annotation)
    if origin is not None:
        return _container_fits(value, annotation, origin)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return value in list(annotation)
    if annotation is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if annotation is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, annotation)


def _container_fits(value: Any, annotation: Any, origin: Any) -> bool:
    inner = typing.get_args(annotation)
    if origin is Callable or origin is types.FunctionType:
        return callable(value)
    if issubclass(origin, Mapping):
        return isinstance(value, Mapping) and all(
            problem_with(key, inner[0]) is None and problem_with(item, inner[1]) is None for key, item in value.items()
        )
    if origin is tuple:
        return (
            isinstance(value, tuple | list)
            and len(value) == len(inner)
            and all(problem_with(item, kind) is None for item, kind in zip(value, inner, strict=True))
        )
    # A text is a sequence of texts to Python, but never what is meant here.
    return isinstance(value, list | tuple) and all(problem_with(item, inner[0]) is None for item in value)


def in_words(annotation: Any) -> str:
    """Return what an annotation takes, in plain words: "text", "a whole number", "APPEND or REPLACE"."""
    origin = typing.get_origin(annotation)
    if origin is Annotated:
        return in_words(typing.get_args(annotation)[0])
    if origin in (typing.Union, types.UnionType):
        options = [option for option in typing.get_args(annotation) if option is not type(None)]
        return " or ".join(dict.fromkeys(in_words(option) for option in options))
    choices = _choices(annotation)
    if choices:
        return ", ".join(choices[:-1]) + (" or " if len(choices) > 1 else "") + choices[-1]
    if isinstance(origin, type):
        if issubclass(origin, Mapping):
            return "a mapping"
        if issubclass(origin, Sequence):
            return f"a list of {in_words(typing.get_args(annotation)[0])}" if origin is not tuple else "a pair"
    if origin is Callable:
        return "a function"
    words = {str: "text", int: "a whole number", float: "a number", bool: "true or false", type(None): "nothing"}
    return words.get(annotation, getattr(annotation, "__name__", str(annotation)))


def _choices(annotation: Any) -> list[str]:
    origin = typing.get_origin(annotation)
    if origin is Literal:
        return [str(choice) for choice in typing.get_args(annotation)]
    if origin is Annotated:
        return _choices(typing.get_args(annotation)[0])
    if origin in (typing.Union, types.UnionType):
        return [choice for option in typing.get_args(annotation) for choice in _choices(option)]
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return [str(member.value) for member in annotation]
    return []


def _problem_in_path(value: Any) -> str | None:
    text = str(value)
    # "." and ".." would be folded away by servers and proxies: the call would reach another path.
    if not text.strip() or text in (".", ".."):
        return "must not be empty" if not text.strip() else "is not an id"
    return "is not an id" if _CONTROL.search(text) else None


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:  # a lone surrogate, as a file name in another encoding leaves behind
        return False
    return True


def _telling(value: Any) -> str:
    return f", not {_shortened(value)}" if isinstance(value, str | int | float) and value != "" else ""


def _shortened(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
