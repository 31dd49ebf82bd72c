"""What public functions ask of their arguments before anything else: that each is of a kind it is annotated with.

Belongs here: one check for all functions, by their annotations. Does not belong here: what numbers or labels may be
(series, and each function itself).
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable
from functools import cache, wraps
from numbers import Real
from types import NoneType, UnionType
from typing import Any, Final, Literal, ParamSpec, TypeVar

import numpy as np
import pandas as pd

from classification.errors import InputError

P = ParamSpec("P")
T = TypeVar("T")
# Annotation → what an argument may be. A whole number that should be one is told from others by each function itself.
_KINDS: Final[dict[Any, tuple[type, ...]]] = {
    pd.Series: (pd.Series,),
    pd.DataFrame: (pd.DataFrame,),
    float: (Real, np.number),
    int: (Real, np.number),
    bool: (bool, np.bool_),
    str: (str,),
    NoneType: (NoneType,),
}
_NAMES: Final = {"Real": "number", "number": "number", "bool_": "bool", "NoneType": "None"}


def typed(function: Callable[P, T]) -> Callable[P, T]:
    """Refuse an argument of another Python type than the function's annotation, by the argument's name.

    Annotations that hold anything but series, frames, numbers, truth values, text and None are not looked at.

    Raises:
        InputError: an argument is of another type; it is named with what it must be.
    """
    signature = inspect.signature(function)

    @wraps(function)
    def held(*args: P.args, **kwargs: P.kwargs) -> T:
        for name, value in signature.bind(*args, **kwargs).arguments.items():
            kinds = _allowed(function).get(name)
            if kinds and not isinstance(value, kinds):
                wanted = " | ".join(dict.fromkeys(_NAMES.get(kind.__name__, kind.__name__) for kind in kinds))
                raise InputError(
                    f"{function.__name__} 的参数 {name} 须为 {wanted}，实为 {type(value).__name__}。",
                    f"{function.__name__}: {name} must be {wanted}, not {type(value).__name__}.",
                )
        return function(*args, **kwargs)

    return held


@cache
def _allowed(function: Callable[..., object]) -> dict[str, tuple[type, ...]]:
    """Parameter → the types it may have; none where its annotation says more than types."""
    hints, parameters = typing.get_type_hints(function), inspect.signature(function).parameters
    several = {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}
    found = {name: _kinds(hints[name]) for name, said in parameters.items() if said.kind not in several}
    return {name: kinds for name, kinds in found.items() if kinds}


def _kinds(hint: Any) -> tuple[type, ...]:
    if isinstance(hint, TypeVar):
        return _all(hint.__constraints__)
    if isinstance(hint, UnionType) or typing.get_origin(hint) is typing.Union:
        return _all(typing.get_args(hint))
    if typing.get_origin(hint) is Literal:
        return _all(tuple({type(value) for value in typing.get_args(hint)}))
    return _KINDS.get(typing.get_origin(hint) or hint, ())


def _all(hints: tuple[Any, ...]) -> tuple[type, ...]:
    """The types of all of them together; none where one is not known."""
    kinds = [_kinds(hint) for hint in hints]
    return tuple(kind for some in kinds for kind in some) if all(kinds) else ()
