"""Container components: any program in any image."""

from parts import say
from kfp import dsl


@dsl.pipeline(name="container-one")
def one(text: str = "hello"):
    say(text=text)


@dsl.container_component
def wrapped(dataset: str, rows: int, rate: float, shuffle: bool):
    """What a task behind flts-run looks like."""
    return dsl.ContainerSpec(
        image="registry.example/flts/train:1.4",
        command=["flts-run", "exec", "--", "python", "train.py"],
        args=["--dataset", dataset, "--rows", rows, "--rate", rate, "--shuffle", shuffle],
    )


@dsl.pipeline(name="container-flts-run")
def behind(dataset: str, rows: int = 1000, rate: float = 0.5, shuffle: bool = True):
    wrapped(dataset=dataset, rows=rows, rate=rate, shuffle=shuffle)


@dsl.container_component
def entrypoint():
    """No command: that of the image, which KFP does not start."""
    return dsl.ContainerSpec(image="alpine:3.20", args=["--version"])


@dsl.pipeline(name="container-args-only")
def args_only():
    entrypoint()


@dsl.container_component
def executor_input():
    return dsl.ContainerSpec(
        image="registry.example/flts/train:1.4",
        command=["flts-run", "exec", "--executor-input", dsl.PIPELINE_TASK_EXECUTOR_INPUT_PLACEHOLDER, "--", "python", "train.py"],
        args=["--run", dsl.PIPELINE_JOB_ID_PLACEHOLDER, "--task", dsl.PIPELINE_TASK_NAME_PLACEHOLDER, "--job", dsl.PIPELINE_JOB_NAME_PLACEHOLDER],
    )


@dsl.pipeline(name="container-placeholders")
def placeholders():
    executor_input()
    say(text=f"{dsl.PIPELINE_JOB_RESOURCE_NAME_PLACEHOLDER} since {dsl.PIPELINE_JOB_CREATE_TIME_UTC_PLACEHOLDER}")


@dsl.container_component
def convert(
    data: dsl.Input[dsl.Dataset],
    model: dsl.Output[dsl.Model],
    rows: dsl.OutputPath(int),
    prefix: str = "s3://",
    label: str = None,
):
    return dsl.ContainerSpec(
        image="alpine:3.20",
        command=["sh", "-c", 'cp "$0" "$1" && wc -l < "$0" > "$2"'],
        args=[
            data.path,
            model.path,
            rows,
            dsl.ConcatPlaceholder(["--store=", prefix, "models"]),
            dsl.IfPresentPlaceholder(input_name="label", then=["--label", label], else_=["--no-label"]),
        ],
    )


@dsl.container_component
def fetch(source: str, data: dsl.Output[dsl.Dataset]):
    return dsl.ContainerSpec(
        image="alpine:3.20",
        command=["sh", "-ec", 'mkdir -p "$(dirname "$1")"\ncp "$0" "$1"\n'],
        args=[source, data.path],
    )


@dsl.pipeline(name="container-artifacts")
def artifacts(source: str = "/etc/hostname", label: str = "nightly"):
    fetched = fetch(source=source)
    with_label = convert(data=fetched.outputs["data"], label=label)
    convert(data=fetched.outputs["data"]).after(with_label)


ALL = [one, behind, args_only, placeholders, artifacts, convert]
