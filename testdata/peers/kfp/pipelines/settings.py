"""What a pipeline says of a task beside its inputs."""

from parts import IMAGE, double, say
from kfp import dsl


@dsl.pipeline(name="task-environment")
def environment():
    say(text="hello").set_env_variable("APP_ENV", "prod").set_env_variable("EMPTY", "").set_env_variable("PORT", "8000")
    double(number=1).set_env_variable("FLTS_NEEDS", "s3:dataset=r,processed-data=w")


@dsl.pipeline(name="task-retries")
def retries():
    double(number=1).set_retry(3)
    double(number=2).set_retry(5, backoff_duration="30s", backoff_factor=2.5, backoff_max_duration="1h")


@dsl.pipeline(name="task-caching")
def caching():
    double(number=1)
    double(number=2).set_caching_options(True)
    double(number=3).set_caching_options(False)
    double(number=4).set_caching_options(True, cache_key="of-2024")
    with dsl.ParallelFor([1, 2]) as number:
        double(number=number).set_caching_options(False)


@dsl.pipeline(name="task-resources")
def resources(cpu: str = "500m", memory: str = "1Gi", gpus: str = "1", gpu: str = "nvidia.com/gpu", image: str = "alpine:3.20"):
    say(text="constant").set_cpu_request("100m").set_cpu_limit("2").set_memory_request("256Mi").set_memory_limit("4G")
    say(text="accelerated").set_accelerator_type("nvidia.com/gpu").set_accelerator_limit(2)
    say(text="given").set_cpu_request(cpu).set_cpu_limit(cpu).set_memory_request(memory).set_memory_limit(memory)
    say(text="given too").set_accelerator_type(gpu).set_accelerator_limit(gpus)
    say(text="elsewhere").set_container_image(image)


@dsl.pipeline(name="task-names", display_name="Tasks with names of their own", description="One line\nand another.", pipeline_root="s3://mlpipeline/flts")
def names():
    first = say(text="first").set_display_name("First, with a comma")
    say(text="second").set_display_name("第二").after(first)
    say(text="third").after(first)


@dsl.component(base_image=IMAGE, install_kfp_package=False, task_config_passthroughs=[dsl.TaskConfigField.RESOURCES, dsl.TaskConfigPassthrough(field=dsl.TaskConfigField.ENV, apply_to_task=True)])
def launch(config: dsl.TaskConfig, replicas: int = 1):
    print(config, replicas)


@dsl.pipeline(name="task-config")
def task_config():
    launch(replicas=2).set_cpu_limit("1").set_env_variable("APP_ENV", "dev")


@dsl.pipeline(
    name="pipeline-workspace",
    pipeline_config=dsl.PipelineConfig(
        workspace=dsl.WorkspaceConfig(size="5Gi", kubernetes=dsl.KubernetesWorkspaceConfig(pvcSpecPatch={"storageClassName": "fast", "accessModes": ["ReadWriteOnce"]}))
    ),
)
def workspace(name: str = "rows.csv"):
    say(text=f"{dsl.WORKSPACE_PATH_PLACEHOLDER}/{name}")


ALL = [environment, retries, caching, resources, names, task_config, workspace]
