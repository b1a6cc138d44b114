"""What the four programs have in common: their flags, and their last line."""

import argparse
import json
import pathlib
import re


def flags(about: str | None) -> argparse.ArgumentParser:
    """The flags that each of them has. The first line of about is shown by --help."""
    parser = argparse.ArgumentParser(description=(about or "").partition("\n")[0])
    parser.add_argument("--dataset", type=name, required=True, help="name of the dataset, as elborn")
    parser.add_argument("--identifier", type=name, required=True, help="what this run of the pipeline is called")
    parser.add_argument("--result", type=pathlib.Path, help="file that the result is written to as well")
    return parser


def name(text: str) -> str:
    """What becomes a part of an object's key, and stands in a filter of MLflow."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no name: write letters, digits, dots, dashes and underscores")
    return text


def finish(to: pathlib.Path | None, **result: object) -> None:
    """Ends a task with one line of JSON, and nothing after it.

    KFP has the result as an output parameter and Airflow as XCom when --result
    names the file that they look for.
    """
    line = json.dumps(result, sort_keys=True)
    if to:
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_text(line)
    print(line, flush=True)
