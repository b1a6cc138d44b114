"""Every pod that an operator makes starts under flts-run, and no DAG changes.

It belongs into $AIRFLOW_HOME/config, of workers and schedulers, with flts_airflow.py
and flts_injection.py beside it.
"""

from flts_injection import Injection

__all__ = ["pod_mutation_hook"]

injection = Injection(image="flts-run:1.0")


def pod_mutation_hook(pod):
    injection.apply(pod)
