"""What runs when something failed."""

from parts import IMAGE, double, say
from kfp import dsl


@dsl.component(base_image=IMAGE, install_kfp_package=False)
def notify(url: str, status: dsl.PipelineTaskFinalStatus):
    print(url, status.state, status.error_code, status.error_message, status.pipeline_task_name)


@dsl.pipeline(name="exit-handler")
def handler(text: str = "work"):
    with dsl.ExitHandler(say(text="the end")):
        say(text=text)


@dsl.pipeline(name="exit-handler-final-status")
def final_status(gateway_url: str, number: int = 2):
    with dsl.ExitHandler(notify(url=gateway_url), name="training"):
        with dsl.ParallelFor([1, 2]) as factor:
            double(number=factor)
        double(number=number)


@dsl.pipeline(name="exit-ignored-failure")
def ignored(text: str = "whatever happened"):
    first = double(number=1)
    say(text=text).after(first).ignore_upstream_failure()


ALL = [handler, final_status, ignored]
