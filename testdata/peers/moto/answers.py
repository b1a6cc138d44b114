"""Ask a Secrets Manager by boto3, and print what it answers, as JSON.

Without arguments it is moto's, with an address the one there.
"""
import contextlib
import json
import sys

import boto3
import botocore.exceptions
from moto import mock_aws


def shape(value):
    """The types in an answer, without what differs between two runs."""
    if isinstance(value, dict):
        return {name: shape(v) for name, v in sorted(value.items()) if name != "ResponseMetadata"}
    if isinstance(value, list):
        return [shape(v) for v in value[:1]]
    return type(value).__name__


def asked(client, **request):
    try:
        answer = client.get_secret_value(**request)
    except botocore.exceptions.ClientError as e:
        # Of messages and statuses moto has its own; AWS answers 400.
        return {"code": e.response["Error"]["Code"]}
    return {"shape": shape(answer), "text": answer.get("SecretString"), "stages": answer["VersionStages"]}


endpoint = sys.argv[1] if len(sys.argv) > 1 else None
with contextlib.nullcontext() if endpoint else mock_aws():
    client = boto3.client("secretsmanager", region_name="us-east-1", endpoint_url=endpoint,
                          aws_access_key_id="AKIAEXAMPLE", aws_secret_access_key="example-secret")
    if not endpoint:
        client.create_secret(Name="text", SecretString="old")
        client.put_secret_value(SecretId="text", SecretString="new")
        client.create_secret(Name="binary", SecretBinary=b"\xff")
        client.create_secret(Name="deleted", SecretString="text")
        client.delete_secret(SecretId="deleted")
    described = client.describe_secret(SecretId="text")
    print(json.dumps({
        "current": asked(client, SecretId="text"),
        "by its ARN": asked(client, SecretId=described["ARN"], VersionStage="AWSCURRENT"),
        "previous": asked(client, SecretId="text", VersionStage="AWSPREVIOUS"),
        "binary": asked(client, SecretId="binary"),
        "missing": asked(client, SecretId="missing"),
        "deleted": asked(client, SecretId="deleted"),
        "no such stage": asked(client, SecretId="text", VersionStage="AWSPENDING"),
        "described": {name: shape(described.get(name)) for name in ("ARN", "Name", "CreatedDate", "LastChangedDate")},
        "listed": sorted(s["Name"] for s in client.list_secrets()["SecretList"]),
    }))
