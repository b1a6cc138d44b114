"""Puts flts-run into pods that know nothing of it. See airflow_local_settings.py."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from flts_airflow import CONFIGMAP, SECRET, mounted
from kubernetes.client import models as k8s

log = logging.getLogger(__name__)

# A pod, or the operator's annotations= or labels=, opts out with the value "false".
INJECT = "flts.io/inject"
# An annotation: PATH of the image, for a task that keeps the image's ENTRYPOINT.
PATH = "flts.io/path"

# The installed flts-run: the name of its init container and of its volume.
PROGRAM = "flts-run"
DIRECTORY = "/opt/flts/bin"

# What the worker knows of the task, as its pod may know it too.
CONTEXT = tuple("AIRFLOW_CTX_" + name for name in ("DAG_ID", "TASK_ID", "DAG_RUN_ID", "TRY_NUMBER", "LOGICAL_DATE"))


@dataclass(frozen=True)
class Injection:
    """How every pod of this Airflow gets flts-run and the configuration."""

    # The image of flts-run, see components/image/Dockerfile, and the program in it.
    image: str
    program: str = "/flts-run"
    configmap: str = CONFIGMAP
    secret: str = SECRET
    # fsGroup of pods that have none, see flts_airflow.mounted: a volume that a pod
    # brings gets this group too.
    group: int | None = None
    # Variables for flts-run or the task, such as APP_ENV. The task's own win.
    env: Mapping[str, str] = field(default_factory=dict)
    # Which programs start under flts-run where the command is the image's ENTRYPOINT.
    shims: tuple[str, ...] = ("sh", "bash", "python", "python3")
    # PATH of the images. It replaces theirs where the shims are used, so that it is
    # not guessed: with neither this nor the annotation, such a pod is not wrapped.
    path: str = ""
    # Whether the workers of the KubernetesExecutor are meant too.
    workers: bool = False

    def apply(self, pod: k8s.V1Pod) -> None:
        """Changes the pod. To do it twice is to do it once."""
        if not self._wanted(pod):
            return
        main = main_container(pod.spec)
        if main.command and os.path.basename(main.command[0]) != PROGRAM:
            self._install(pod.spec, main)
            main.command = [f"{DIRECTORY}/{PROGRAM}", "exec", "--", *main.command]
        elif not main.command:
            self._stand_in_front(pod, main)
        self._configure(pod.spec, main)

    def _wanted(self, pod: k8s.V1Pod) -> bool:
        labels, annotations = pod.metadata.labels or {}, pod.metadata.annotations or {}
        if "false" in (labels.get(INJECT), annotations.get(INJECT)):
            return False
        # A worker of the KubernetesExecutor runs Airflow itself.
        return self.workers or not ("kubernetes_executor" in labels or "airflow-worker" in labels)

    def _install(self, spec: k8s.V1PodSpec, main: k8s.V1Container) -> None:
        volume = k8s.V1Volume(name=PROGRAM, empty_dir=k8s.V1EmptyDirVolumeSource())
        spec.volumes = with_named(spec.volumes, volume)
        spec.init_containers = with_named(
            spec.init_containers,
            k8s.V1Container(
                name=PROGRAM,
                image=self.image,
                command=[self.program, "install", "--shim", ",".join(self.shims), DIRECTORY],
                volume_mounts=[k8s.V1VolumeMount(name=PROGRAM, mount_path=DIRECTORY)],
                resources=k8s.V1ResourceRequirements(
                    requests={"cpu": "10m", "memory": "16Mi"}, limits={"cpu": "500m", "memory": "64Mi"}
                ),
                # As the "restricted" Pod Security Standard wants it.
                security_context=k8s.V1SecurityContext(
                    run_as_user=65532,
                    run_as_group=65532,
                    run_as_non_root=True,
                    read_only_root_filesystem=True,
                    allow_privilege_escalation=False,
                    capabilities=k8s.V1Capabilities(drop=["ALL"]),
                    seccomp_profile=k8s.V1SeccompProfile(type="RuntimeDefault"),
                ),
            ),
        )
        main.volume_mounts = with_mount(
            main.volume_mounts, k8s.V1VolumeMount(name=PROGRAM, mount_path=DIRECTORY, read_only=True)
        )

    def _stand_in_front(self, pod: k8s.V1Pod, main: k8s.V1Container) -> None:
        """The ENTRYPOINT is in the image, where nobody can put a word before it."""
        own = next((e.value for e in main.env or [] if e.name == "PATH"), None)
        path = own or (pod.metadata.annotations or {}).get(PATH) or self.path
        if not path:
            log.warning(
                "flts-run does not start %s: it has no cmds= and keeps the ENTRYPOINT of %s. Give cmds=, or the "
                "image's PATH in the annotation %s, or say that it is meant so with %s=false",
                pod.metadata.name, main.image, PATH, INJECT,
            )  # fmt: skip
            return
        self._install(pod.spec, main)
        if DIRECTORY not in path.split(":"):
            path = f"{DIRECTORY}:{path}"
        main.env = [e for e in main.env or [] if e.name != "PATH"] + [k8s.V1EnvVar(name="PATH", value=path)]

    def _configure(self, spec: k8s.V1PodSpec, main: k8s.V1Container) -> None:
        objects = mounted(self.configmap, self.secret, fs_group(spec, self.group))
        for volume, mount in zip(objects["volumes"], objects["volume_mounts"], strict=True):
            mounts = with_mount(main.volume_mounts, mount)
            if mounts != main.volume_mounts:
                main.volume_mounts = mounts
                spec.volumes = with_named(spec.volumes, volume)
        # The hook runs in the task's worker, where Airflow has set these.
        context = {name: os.environ[name] for name in CONTEXT if name in os.environ}
        given = {e.name for e in main.env or []}
        added = {**context, **self.env}
        main.env = [k8s.V1EnvVar(name=n, value=v) for n, v in added.items() if n not in given] + list(main.env or [])


def main_container(spec: k8s.V1PodSpec) -> k8s.V1Container:
    """The container of the task: the others are sidecars."""
    return next((c for c in spec.containers if c.name == "base"), spec.containers[0])


def fs_group(spec: k8s.V1PodSpec, otherwise: int | None) -> int | None:
    """The fsGroup of the pod, which is set where it has none."""
    context = spec.security_context or k8s.V1PodSecurityContext()
    if isinstance(context, dict):  # as an operator may have it, in the words of the API
        found = context.get("fsGroup") or otherwise
        spec.security_context = {**context, "fsGroup": found} if found else context
    else:
        context.fs_group = found = context.fs_group or otherwise
        spec.security_context = context
    return found


def with_named(existing: list | None, new) -> list:
    """The list with one more, unless there is one of that name."""
    existing = list(existing or [])
    return existing if any(e.name == new.name for e in existing) else [*existing, new]


def with_mount(existing: list | None, new: k8s.V1VolumeMount) -> list:
    """The mounts with one more, unless something else is mounted there."""
    existing = list(existing or [])
    return existing if any(e.mount_path == new.mount_path for e in existing) else [*existing, new]
