"""Root parameters: every type, with and without defaults and descriptions."""

from typing import Any, Dict, List, Optional

from parts import IMAGE
from kfp import dsl


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def take(
    text: str = "",
    number: int = 0,
    rate: float = 0.0,
    flag: bool = False,
    items: list = [],
    options: dict = {},
    maybe: Optional[str] = None,
):
    print(text, number, rate, flag, items, options, maybe)


@dsl.pipeline(name="inputs-none")
def none():
    take()


@dsl.pipeline(name="inputs-required")
def required(text: str, number: int, rate: float, flag: bool, items: list, options: dict):
    take(text=text, number=number, rate=rate, flag=flag, items=items, options=options)


@dsl.pipeline(name="inputs-defaults")
def defaults(
    text: str = "ElBorn",
    number: int = 42,
    rate: float = 0.1,
    flag: bool = True,
    items: List[str] = ["a", "b"],
    options: Dict[str, Any] = {"depth": 3, "nested": {"rate": 0.5, "names": ["x"], "off": False}},
):
    """Every type.

    Args:
        text: A dataset.
        number: How many rounds.
        rate: The learning rate.
        flag: Whether the rows are shuffled.
        items: Districts, in order.
        options: What the model is told.
    """
    take(text=text, number=number, rate=rate, flag=flag, items=items, options=options)


@dsl.pipeline(name="inputs-falsy")
def falsy(
    text: str = "",
    number: int = 0,
    rate: float = 0.0,
    flag: bool = False,
    items: list = [],
    options: dict = {},
):
    take(text=text, number=number, rate=rate, flag=flag, items=items, options=options)


@dsl.pipeline(name="inputs-optional")
def optional(
    without: str,
    text: Optional[str] = None,
    number: Optional[int] = None,
    rate: Optional[float] = None,
    flag: Optional[bool] = None,
    items: Optional[list] = None,
    options: Optional[dict] = None,
    given: Optional[str] = "given",
):
    take(text=without, number=number, rate=rate, flag=flag, items=items, options=options, maybe=text)
    take(maybe=given)


@dsl.pipeline(name="inputs-numbers")
def numbers(
    ten_million: int = 10_000_000,
    largest: int = 2**53 - 1,
    smallest: int = -(2**53) + 1,
    avogadro: float = 6.02214076e23,
    tiny: float = 1e-7,
    least: float = 5e-324,
    greatest: float = 1.7976931348623157e308,
    sum_of_tenths: float = 0.1 + 0.2,
    whole: float = 3.0,
    whole_and_large: float = 1e21,
    negative: float = -2.5e-10,
    deep: dict = {"rows": 10_000_000, "rate": 1e-7, "list": [1, 1.5, 1e21]},
):
    take(number=ten_million, rate=tiny, options=deep)
    take(number=largest, rate=avogadro)
    take(number=smallest, rate=greatest)
    take(rate=least)
    take(rate=sum_of_tenths)
    take(rate=whole)
    take(rate=whole_and_large)
    take(rate=negative)


@dsl.pipeline(name="inputs-texts-like-values")
def texts(
    digits: str = "123",
    zeros: str = "007",
    decimal: str = "1.50",
    exponent: str = "1e3",
    hexadecimal: str = "0x1F",
    octal: str = "0o17",
    truth: str = "true",
    yes: str = "yes",
    off: str = "off",
    nothing: str = "null",
    tilde: str = "~",
    date: str = "2024-01-01",
    moment: str = "2024-01-01T00:00:00Z",
    sexagesimal: str = "12:30:45",
    infinite: str = ".inf",
    underscored: str = "1_000",
    empty: str = "",
    space: str = " ",
    listed: str = "[1, 2]",
    mapped: str = '{"a": 1}',
    tagged: str = "!!int 3",
    anchored: str = "*alias",
    commented: str = "a # b",
    colon: str = "key: value",
    quoted: str = "it's \"quoted\"",
    dashed: str = "--gateway-url",
    templated: str = "[[RunUUID]]",
    dollar: str = "$(HOME) $HOME ${HOME}",
):
    take(text=f"{digits} {zeros} {decimal} {exponent} {hexadecimal} {octal} {truth} {yes} {off} {nothing} {tilde}")
    take(text=f"{date} {moment} {sexagesimal} {infinite} {underscored} {empty} {space} {listed} {mapped} {tagged}")
    take(text=f"{anchored} {commented} {colon} {quoted} {dashed} {templated} {dollar}")


@dsl.pipeline(name="inputs-lines")
def lines(
    tabbed: str = "a\tb",
    trailing: str = "ends in spaces   ",
    long: str = "a line that is longer than the eighty columns at which a writer of YAML may want to fold it into two " * 2,
    listed: list = ["select *\n  from rows\n where city = 'ElBorn'\n", "first\r\nsecond\r\n"],
    mapped: dict = {"query": "ends in empty lines\n\n\n", "key\nof two lines": ""},
):
    take(text=f"{tabbed} {trailing} {long}", items=listed, options=mapped)
    take(text="select *\n  from rows\n where city = 'ElBorn'\n")
    take(text="first\r\nsecond\r\n")


@dsl.pipeline(name="inputs-multiline")
def multiline(query: str = "select *\n  from rows\n where city = 'ElBorn'\n"):
    """The SDK repeats the default in a comment and forgets the # of its second line."""
    take(text=query)


@dsl.pipeline(name="inputs-unicode", description="Días de tráfico · 交通 · Θ", display_name="Tráfico 交通 🚦")
def unicode(city: str = "El Born – Barcelona", motto: str = "未来 🚦"):
    """Cities.

    Args:
        city: Nombre de la ciudad, en español, «así».
        motto: 座右铭 🚦
    """
    take(text=f"{city} {motto}")


@dsl.pipeline(name="inputs-names")
def names(
    x: int = 1,
    GATEWAY_URL: str = "http://fastapi-app:8000",
    learning_rate: float = 0.1,
    learningRate: float = 0.2,
    lr2: float = 0.3,
    two__underscores: str = "kept",
    help: str = "not the flag",
    dry_run: bool = False,
    host: str = "not the server",
    experiment: str = "not the experiment",
    a_name_that_is_rather_long_because_nobody_ever_thought_of_typing_it: str = "long",
):
    """Names that meet flags of a submitter, or each other."""
    take(text=GATEWAY_URL, number=x, rate=learning_rate, flag=dry_run)
    take(text=two__underscores, rate=learningRate)
    take(text=help, rate=lr2)
    take(text=f"{host} {experiment} {a_name_that_is_rather_long_because_nobody_ever_thought_of_typing_it}")


@dsl.pipeline(name="inputs-constants")
def constants(name: str = "city"):
    take(text="constant", number=10_000_000, rate=1e-7, flag=True, items=[1, "a", [2.5]], options={"a": {"b": []}})
    take(text=f"of {name}", number=-1, rate=2.0, items=[name, "and more"], options={"name": name})
    take(text="", number=0, rate=0.0, flag=False, items=[], options={})


ALL = [none, required, defaults, falsy, optional, numbers, texts, lines, unicode, names, constants]
UNREADABLE = [multiline]
