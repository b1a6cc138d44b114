"""Cannot be imported. A test puts it beside the others."""

from airflow.providers.common.compat.sdk import DAG

import a_library_that_nobody_installed

with DAG("broken", schedule=None):
    a_library_that_nobody_installed.task()
