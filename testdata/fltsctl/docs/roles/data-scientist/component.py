"""A component as its author writes it: it reads what boto3 and MLflow read, and nothing else."""

import argparse
import os

parser = argparse.ArgumentParser()
parser.add_argument("--dataset", required=True)
dataset = parser.parse_args().dataset

print("dataset ", dataset, "of bucket", os.environ["BUCKET_DATASET"])
print("S3      ", os.environ["AWS_ENDPOINT_URL_S3"])
print("MLflow  ", os.environ["MLFLOW_TRACKING_URI"])
