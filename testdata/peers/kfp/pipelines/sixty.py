"""A pipeline with sixty parameters, ten of each type."""

from inspect import Parameter, Signature

from inputs import take
from kfp import dsl

KINDS = {"text": (str, "t"), "number": (int, 1), "rate": (float, 0.5), "flag": (bool, True), "items": (list, ["a"]), "options": (dict, {"a": 1})}

# The first five of each type have no default, and come first as Python wants it.
PARAMETERS = [
    Parameter(f"{kind}_{i}", Parameter.POSITIONAL_OR_KEYWORD, annotation=type_, default=Parameter.empty if i < 5 else default)
    for i in range(10)
    for kind, (type_, default) in KINDS.items()
]


def sixty(*values):
    for first in range(0, len(values), len(KINDS)):
        take(**dict(zip(KINDS, values[first:])))


sixty.__signature__ = Signature(PARAMETERS)

ALL = [dsl.pipeline(sixty, name="inputs-sixty", description="Sixty parameters, half of them required.")]
