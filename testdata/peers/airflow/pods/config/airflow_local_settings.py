"""The injection that components/airflow has, over the pods of the test's node.

Its images are all the same and have neither files of their own nor an ENTRYPOINT, so
that what an image would bring is put there here.
"""

from flts_injection import Injection, main_container
from kubernetes.client import models as k8s

__all__ = ["pod_mutation_hook"]

injection = Injection(image="flts-run:1.0", program="flts-run")
# The image that components/flts/Dockerfile makes, and the programs of the test.
files = {"/opt/venv": "IMAGE/opt/venv", "/opt/app": "IMAGE/opt/app", "/app": "APP"}
environment = {"PATH": "/opt/venv/bin:/usr/local/bin:/usr/bin:/bin", "PYTHONPATH": "/opt/app", "HOME": "/tmp"}
entrypoint = ["flts-run", "exec", "--"]


def pod_mutation_hook(pod):
    main = main_container(pod.spec)
    injection.apply(pod)
    injection.apply(pod)  # is one
    for n, (target, source) in enumerate(files.items()):
        volume = k8s.V1Volume(name=f"image-{n}", host_path=k8s.V1HostPathVolumeSource(path=source))
        mount = k8s.V1VolumeMount(name=volume.name, mount_path=target, read_only=True)
        pod.spec.volumes = [*(pod.spec.volumes or []), volume]
        main.volume_mounts = [*(main.volume_mounts or []), mount]
    if main.image == "flts-components:1.0":
        main.env = [k8s.V1EnvVar(name=n, value=v) for n, v in environment.items()] + main.env
        main.command = main.command or entrypoint
