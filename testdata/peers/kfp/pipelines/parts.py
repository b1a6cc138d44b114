"""Components that several of these pipelines are made of."""

from kfp import dsl

IMAGE = "python:3.11-slim"


@dsl.container_component
def say(text: str):
    return dsl.ContainerSpec(image="alpine:3.20", command=["echo"], args=[text])


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def double(number: int) -> int:
    return 2 * number


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def draw() -> str:
    import random

    return random.choice(["head", "tail", "edge"])


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def write(text: str, data: dsl.Output[dsl.Dataset]):
    with open(data.path, "w") as out:
        out.write(text)


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def read(data: dsl.Input[dsl.Dataset]) -> str:
    with open(data.path) as text:
        return text.read()


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def total(numbers: list) -> int:
    return sum(int(number) for number in numbers)
