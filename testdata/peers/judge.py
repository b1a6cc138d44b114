"""Does with Python's clients what a task would do, and says what came of it.

One JSON document a line. In: {"env": {…}, "clients": [names], "write": bool}, the
whole environment of the task. Out: {name: null or "Class: message"}.

Every client runs in a forked child of its own: they keep environment, sessions
and proxies for the life of a process, and the imports are paid once. Each client
is made as a task makes it, with its defaults; only patience is shortened.
"""

import gc
import io
import json
import os
import select
import signal
import sys
import time

import boto3
import botocore.config
import minio
import mlflow
import requests
import s3fs

PATIENCE = 40  # seconds, for one client
CONNECT, READ = 4, 6
LOGIN = 15  # MLflow takes seconds for a login on a busy machine
KEY = "elborn.csv"
WRITTEN = "peers/judge.txt"


def bucket():
    return os.environ["BUCKET_DATASET"]


def s3_of_boto3():
    return boto3.client("s3", config=botocore.config.Config(connect_timeout=CONNECT, read_timeout=READ))


def s3_by_boto3(write):
    s3 = s3_of_boto3()
    s3.list_objects_v2(Bucket=bucket(), MaxKeys=1)
    s3.get_object(Bucket=bucket(), Key=KEY)["Body"].read()
    if write:
        s3.put_object(Bucket=bucket(), Key=WRITTEN, Body=b"x")
        s3.delete_object(Bucket=bucket(), Key=WRITTEN)


def objects_by_boto3(write):
    """A task that knows its objects and never lists."""
    s3_of_boto3().get_object(Bucket=bucket(), Key=KEY)["Body"].read()


def prefix_by_boto3(write):
    """A task whose policy allows the list of one prefix."""
    s3_of_boto3().list_objects_v2(Bucket=bucket(), Prefix="public/", MaxKeys=1)


def s3_by_s3fs(write):
    fs = s3fs.S3FileSystem(config_kwargs={"connect_timeout": CONNECT, "read_timeout": READ})
    fs.retries = 1
    fs.ls(bucket())
    fs.cat(f"{bucket()}/{KEY}")
    if write:
        fs.pipe(f"{bucket()}/{WRITTEN}", b"x")
        fs.rm(f"{bucket()}/{WRITTEN}")


def s3_by_minio(write):
    client = minio.Minio(
        os.environ["MINIO_ENDPOINT"],
        access_key=os.environ["MINIO_ACCESS_KEY"],
        secret_key=os.environ["MINIO_SECRET_KEY"],
        session_token=os.environ.get("AWS_SESSION_TOKEN"),
        region=os.environ.get("AWS_DEFAULT_REGION"),
        secure=os.environ.get("MINIO_SECURE") == "true",
    )
    client._http.connection_pool_kw.update(timeout=READ, retries=False)
    next(iter(client.list_objects(bucket())), None)
    client.get_object(bucket(), KEY).read()
    if write:
        client.put_object(bucket(), WRITTEN, io.BytesIO(b"x"), 1)
        client.remove_object(bucket(), WRITTEN)


def mlflow_search(write):
    mlflow.MlflowClient().search_experiments(max_results=1)


def mlflow_get(write):
    """A task that only reads, by GET."""
    mlflow.MlflowClient().get_experiment("0")


def mlflow_run(write):
    mlflow.set_experiment(os.environ.get("MLFLOW_EXPERIMENT_NAME", "peers"))
    with mlflow.start_run():
        mlflow.log_param("alpha", 1)
        mlflow.log_metric("loss", 0.5)


def mlflow_artifact(write):
    mlflow.set_experiment(os.environ.get("MLFLOW_EXPERIMENT_NAME", "peers"))
    with mlflow.start_run():
        mlflow.log_text("x" * 4096, "note.txt")


def get_by_requests(write):
    got = requests.get(os.environ["GATEWAY_URL"], timeout=(CONNECT, READ))
    # Nothing is known of its paths and logins: it works if it read the request and
    # answered by itself.
    if got.status_code == 400 or got.status_code >= 500:
        got.raise_for_status()


CLIENTS = {
    "boto3": s3_by_boto3,
    "boto3-objects": objects_by_boto3,
    "boto3-prefix": prefix_by_boto3,
    "s3fs": s3_by_s3fs,
    "minio-py": s3_by_minio,
    "mlflow": mlflow_search,
    "mlflow-get": mlflow_get,
    "mlflow-run": mlflow_run,
    "mlflow-artifact": mlflow_artifact,
    "requests": get_by_requests,
}

# Patience of MLflow's client is read from the environment.
PATIENT = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": str(LOGIN),
    "MLFLOW_ENABLE_ASYNC_LOGGING": "false",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_MAX_ATTEMPTS": "1",
    "GIT_PYTHON_REFRESH": "quiet",
}


def spoken(error):
    """An exception with what it was raised from: s3fs rewords, and keeps the rest."""
    text = ""
    while error is not None and len(text) < 4000:
        text += f"{type(error).__name__}: {error}; "
        error = error.__cause__ or error.__context__
    return " ".join(text.split())[:1500]


def attempt(client, env, write, out):
    """In the child: the task."""
    os.environ.clear()
    os.environ.update(env)
    for name, value in PATIENT.items():
        os.environ.setdefault(name, value)
    quiet = os.open(os.devnull, os.O_RDWR)
    os.dup2(quiet, 0)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    try:
        CLIENTS[client](write)
        said = None
    except BaseException as error:
        said = spoken(error)
    os.write(out, json.dumps(said).encode())
    os._exit(0)


def start(client, env, write):
    read, out = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read)
        attempt(client, env, write, out)
    os.close(out)
    return pid, read


def judge(request):
    until = time.monotonic() + PATIENCE
    children = {client: start(client, request["env"], request["write"]) for client in request["clients"]}
    verdict = {}
    for client, (pid, read) in children.items():
        text = b""
        while select.select([read], [], [], max(0, until - time.monotonic()))[0]:
            more = os.read(read, 65536)
            text += more
            if not more:
                break
        else:
            os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(read)
        verdict[client] = json.loads(text) if text else "Hangs: killed after %d s" % PATIENCE
    return verdict


def main():
    gc.freeze()  # a child that collects would copy all of it
    print(json.dumps({"versions": {m.__name__: m.__version__ for m in (boto3, s3fs, minio, mlflow, requests)}}), flush=True)
    for line in sys.stdin:
        print(json.dumps(judge(json.loads(line))), flush=True)


main()
