"""The small graphs of the conformance suite, by operator group."""

import importlib
import pkgutil

REGISTRY = []


def case(function):
    """Registers a function that yields cases."""
    REGISTRY.append(function)
    return function


def all_cases():
    """Every case of every module of this package, in a fixed order."""
    for module in sorted(m.name for m in pkgutil.iter_modules(__path__)):
        importlib.import_module(f"{__name__}.{module}")
    made = [c for function in REGISTRY for c in function()]
    names = [c.name for c in made]
    assert len(set(names)) == len(names), "two cases have one name"
    return made
