"""Forecasts the traffic of a mobile cell: preprocess, train, evaluate, predict.

Four programs, one for each task of the pipeline. They know no host, no port and
no password: boto3 and MLflow find theirs in the environment, under the names
that these libraries read, and the buckets are in BUCKET_… variables.

What one task leaves for the next is in the buckets and in MLflow, filed under
--dataset and --identifier. So tasks may run anywhere, and again.
"""
