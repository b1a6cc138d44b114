"""A KubernetesPodOperator that does not try again what cannot become right."""

from __future__ import annotations

from collections.abc import Collection

from flts_airflow import ExitStatus

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.common.compat.sdk import AirflowException, AirflowFailException, AirflowSkipException


class FltsPodOperator(KubernetesPodOperator):
    """Fails without a retry when the configuration is wrong.

    Airflow has exit statuses that skip a task, and none that means "do not retry".

    :param give_up_on: exit statuses of the base container that no retry can mend.
    """

    def __init__(
        self,
        *,
        give_up_on: Collection[int] = (ExitStatus.USAGE, ExitStatus.REFUSED, ExitStatus.INVALID),
        **kwargs,
    ) -> None:
        super().__init__(**kwargs)
        self.give_up_on = frozenset(give_up_on)

    def cleanup(self, pod, remote_pod, *args, **kwargs):
        try:
            return super().cleanup(pod, remote_pod, *args, **kwargs)
        except AirflowSkipException:
            raise
        except AirflowException as e:
            if self._exit_status(remote_pod) in self.give_up_on:
                raise AirflowFailException(str(e)) from e
            raise

    def _exit_status(self, pod) -> int | None:
        for status in pod.status.container_statuses or []:
            if status.name == self.base_container_name and status.state.terminated:
                return status.state.terminated.exit_code
        return None
