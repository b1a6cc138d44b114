"""ParallelFor and Collected."""

from typing import List

from parts import IMAGE, double, read, say, total, write
from kfp import dsl


@dsl.pipeline(name="loop-constant")
def constant():
    with dsl.ParallelFor(["ElBorn", "LesCorts", "PobleSec"], name="cities") as city:
        say(text=city)


@dsl.pipeline(name="loop-parameter-parallelism")
def limited(cities: List[str] = ["ElBorn", "LesCorts"]):
    with dsl.ParallelFor(cities, parallelism=2) as city:
        say(text=f"train {city}")


@dsl.pipeline(name="loop-nested")
def nested(rates: List[float] = [0.1, 0.01]):
    with dsl.ParallelFor([{"kind": "lstm", "layers": 2}, {"kind": "gru", "layers": 3}]) as model:
        with dsl.ParallelFor(rates, parallelism=1) as rate:
            with dsl.If(rate > 0.05):
                say(text=f"at {rate}")
        say(text=model.kind)


@dsl.pipeline(name="loop-collected")
def collected(numbers: List[int] = [1, 2, 3]) -> int:
    with dsl.ParallelFor(numbers) as number:
        twice = double(number=number)
    return total(numbers=dsl.Collected(twice.output)).output


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def concatenate(parts: dsl.Input[List[dsl.Dataset]]) -> int:
    return len(parts)


@dsl.pipeline(name="loop-collected-artifacts")
def artifacts(texts: List[str]) -> List[dsl.Dataset]:
    with dsl.ParallelFor(texts) as text:
        written = write(text=text)
    concatenate(parts=dsl.Collected(written.output))
    return dsl.Collected(written.output)


@dsl.pipeline(name="loop-over-artifacts")
def over_artifacts(data: dsl.Input[List[dsl.Dataset]]):
    with dsl.ParallelFor(data) as part:
        read(data=part)


ALL = [constant, limited, nested, collected, artifacts, over_artifacts]
