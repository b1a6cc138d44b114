"""Pipelines as tasks of pipelines."""

from parts import double, draw, read, say, total, write
from kfp import dsl


@dsl.pipeline(name="fourfold")
def fourfold(number: int) -> int:
    return double(number=double(number=number).output).output


@dsl.pipeline(name="nested-one-level")
def one_level(number: int = 3) -> int:
    four = fourfold(number=number)
    return fourfold(number=four.output).output


@dsl.pipeline(name="stored")
def stored(text: str = "inner default", loud: bool = False) -> dsl.Dataset:
    with dsl.If(loud == True):  # noqa: E712
        say(text=text)
    return write(text=text).output


@dsl.pipeline(name="middle")
def middle(text: str, number: int = 2) -> int:
    data = stored(text=text)
    read(data=data.output)
    stored().after(data)
    return fourfold(number=number).output


@dsl.pipeline(name="nested-two-levels", description="Two levels of pipelines below the root.")
def two_levels(text: str = "outer", number: int = 1):
    inner = middle(text=text, number=number)
    with dsl.ParallelFor([1, 2]) as factor:
        fourfold(number=factor)
    total(numbers=[inner.output, number])


@dsl.pipeline(name="nested-same-component-twice")
def twice():
    first = draw()
    middle(text=first.output)
    middle(text="again", number=5).set_display_name("again").set_caching_options(False)


ALL = [one_level, two_levels, twice]
