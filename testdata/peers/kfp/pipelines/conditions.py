"""If, Elif, Else and what comes out of the branch that was taken."""

from parts import double, draw, say
from kfp import dsl


@dsl.pipeline(name="condition-if")
def plain(threshold: float = 0.5, mode: str = "train", force: bool = False, rounds: int = 3):
    with dsl.If(mode == "train"):
        say(text="train")
    with dsl.If(threshold > 0.25):
        say(text="above")
    with dsl.If(force == True):  # noqa: E712
        say(text="forced")
    with dsl.If(rounds != 0):
        with dsl.If(rounds <= 10):
            say(text="some")


@dsl.pipeline(name="condition-elif-else")
def branches():
    drawn = draw()
    with dsl.If(drawn.output == "head"):
        say(text="head")
    with dsl.Elif(drawn.output == "tail"):
        say(text="tail")
    with dsl.Else():
        say(text="edge")


@dsl.pipeline(name="condition-oneof")
def chosen(mode: str = "small") -> int:
    with dsl.If(mode == "small"):
        few = double(number=1)
    with dsl.Elif(mode == "large"):
        many = double(number=1000)
    with dsl.Else():
        other = double(number=30)
    result = dsl.OneOf(few.output, many.output, other.output)
    double(number=result)
    return result


ALL = [plain, branches, chosen]
