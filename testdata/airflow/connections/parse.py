"""Reads a JSON list of texts, each a connection as AIRFLOW_CONN_<ID> holds it, from
stdin, and writes what Airflow's task SDK makes of each."""

import json
import logging
import sys
import warnings

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)

from airflow.sdk.definitions.connection import Connection  # noqa: E402


def read(text):
    try:
        if text.startswith("{"):
            c = Connection.from_json(text, conn_id="c")
        else:
            c = Connection(conn_id="c", uri=text)
        extra = json.loads(c.extra) if c.extra else None
        if extra is not None and not isinstance(extra, dict):
            raise ValueError("no object")
    except Exception:
        return {"text": text, "refused": True}
    return {
        "text": text, "type": c.conn_type or "", "host": c.host or "", "port": c.port or 0, "login": c.login or "",
        "password": c.password or "", "schema": c.schema or "", "extra": extra,
    }


json.dump([read(t) for t in json.load(sys.stdin)], sys.stdout, indent=1, ensure_ascii=False)
print()
