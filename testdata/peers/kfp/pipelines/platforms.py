"""kfp-kubernetes: pipelines with a second document."""

from parts import double, draw, say
from kfp import dsl, kubernetes


@dsl.pipeline(name="kubernetes-secret-env")
def secret_env():
    task = say(text="hello")
    kubernetes.use_secret_as_env(task, "flts-secrets", {"MINIO_ACCESS_KEY": "MINIO_ACCESS_KEY", "MINIO_SECRET_KEY": "MINIO_SECRET_KEY"})
    kubernetes.use_secret_as_env(task, "mlflow-login", {"password": "MLFLOW_TRACKING_PASSWORD"}, optional=True)


@dsl.pipeline(name="kubernetes-secret-volume")
def secret_volume():
    task = double(number=1)
    kubernetes.use_secret_as_volume(task, "flts-secrets", "/etc/flts/secrets")
    kubernetes.use_secret_as_volume(task, "ca-bundle", "/etc/flts/ca", optional=True)


@dsl.pipeline(name="kubernetes-configmap-env")
def configmap_env():
    task = say(text="hello")
    kubernetes.use_config_map_as_env(task, "flts-config", {"GATEWAY_URL": "GATEWAY_URL", "MLFLOW_TRACKING_URI": "MLFLOW_TRACKING_URI"})


@dsl.pipeline(name="kubernetes-configmap-volume")
def configmap_volume():
    kubernetes.use_config_map_as_volume(say(text="hello"), "flts-config", "/etc/flts/config", optional=True)


@dsl.pipeline(name="kubernetes-names-as-parameters")
def by_parameter(secret: str, config_map: str = "flts-config", claim: str = "scratch", pull_secret: str = "pull"):
    """The names of objects are parameters, or come out of a task.

    Args:
        secret: The Secret with the credentials.
        config_map: The ConfigMap with the endpoints.
        claim: The claim for scratch files.
        pull_secret: The Secret of the registry.
    """
    task = say(text="hello")
    kubernetes.use_secret_as_env(task, secret, {"key": "MINIO_SECRET_KEY"})
    kubernetes.use_config_map_as_volume(task, config_map, "/etc/flts/config")
    kubernetes.mount_pvc(task, claim, "/scratch")
    kubernetes.set_image_pull_secrets(task, [pull_secret, "always"])
    kubernetes.use_secret_as_volume(task, draw().output, "/etc/flts/drawn")


@dsl.pipeline(name="kubernetes-field-path")
def field_path():
    task = say(text="hello")
    kubernetes.use_field_path_as_env(task, "KFP_RUN_ID", "metadata.labels['pipeline/runid']")
    kubernetes.use_field_path_as_env(task, "FLTS_NAMESPACE", "metadata.namespace")


@dsl.pipeline(name="kubernetes-claims")
def claims(size: str = "5Gi"):
    claim = kubernetes.CreatePVC(pvc_name_suffix="-scratch", access_modes=["ReadWriteOnce"], size=size, storage_class_name="standard")
    first = say(text="write")
    second = say(text="read").after(first)
    kubernetes.mount_pvc(first, claim.outputs["name"], "/scratch")
    kubernetes.mount_pvc(second, "datasets", "/datasets", sub_path="ElBorn")
    kubernetes.add_ephemeral_volume(second, "cache", "/cache", access_modes=["ReadWriteOnce"], size="1Gi", labels={"app": "flts"})
    kubernetes.empty_dir_mount(second, "shm", "/dev/shm", medium="Memory", size_limit="2Gi")
    kubernetes.DeletePVC(pvc_name=claim.outputs["name"]).after(second)


@dsl.pipeline(name="kubernetes-placement")
def placement(pool: dict = {"pool": "gpu"}):
    task = say(text="hello")
    kubernetes.add_node_selector(task, "accelerator", "nvidia")
    kubernetes.add_toleration(task, key="nvidia.com/gpu", operator="Exists", effect="NoSchedule")
    kubernetes.add_toleration(task, key="spot", operator="Equal", value="true", effect="NoExecute", toleration_seconds=300)
    kubernetes.add_node_affinity(task, match_expressions=[{"key": "zone", "operator": "In", "values": ["a", "b"]}], weight=10)
    kubernetes.add_node_selector_json(say(text="given"), pool)


@dsl.pipeline(name="kubernetes-pod")
def pod():
    task = say(text="hello")
    kubernetes.set_image_pull_policy(task, "Always")
    kubernetes.set_image_pull_secrets(task, ["registry"])
    kubernetes.add_pod_label(task, "team", "flts")
    kubernetes.add_pod_annotation(task, "sidecar.istio.io/inject", "false")
    kubernetes.set_timeout(task, 3600)
    kubernetes.set_security_context(task, run_as_user=1000, run_as_group=0, run_as_non_root=True)


@dsl.pipeline(name="kubernetes-inner")
def inner(secret: str):
    kubernetes.use_secret_as_env(say(text="inner"), secret, {"key": "MINIO_SECRET_KEY"})


@dsl.pipeline(name="kubernetes-nested")
def nested(secret: str = "flts-secrets"):
    inner(secret=secret)
    with dsl.ParallelFor(["a", "b"]) as text:
        kubernetes.use_config_map_as_env(say(text=text), "flts-config", {"GATEWAY_URL": "GATEWAY_URL"})


ALL = [secret_env, secret_volume, configmap_env, configmap_volume, by_parameter, field_path, claims, placement, pod, nested]
