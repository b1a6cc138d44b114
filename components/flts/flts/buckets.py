"""Tables and records in the object store."""

import io
import json

import boto3
import pandas as pd


def read_table(bucket: str, key: str) -> pd.DataFrame:
    """The rows of a CSV file by their time."""
    body = boto3.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    return pd.read_csv(io.BytesIO(body), parse_dates=["time"], index_col="time")


def write_table(bucket: str, key: str, table: pd.DataFrame) -> None:
    """Writes a CSV file; the same rows are the same bytes."""
    text = table.to_csv(float_format="%.3f", date_format="%Y-%m-%dT%H:%M:%SZ", lineterminator="\n")
    boto3.client("s3").put_object(Bucket=bucket, Key=key, Body=text.encode(), ContentType="text/csv")


def write_record(bucket: str, key: str, record: dict) -> None:
    text = json.dumps(record, indent=2, sort_keys=True) + "\n"
    boto3.client("s3").put_object(Bucket=bucket, Key=key, Body=text.encode(), ContentType="application/json")
