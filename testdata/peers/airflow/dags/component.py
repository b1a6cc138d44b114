"""What a pipeline's author writes: it knows neither flts-run nor Airflow."""

import os
import sys

print("component: gateway", os.environ["GATEWAY_URL"])
print("component: bucket", os.environ["BUCKET_DATASET"])
print("component: dataset", os.environ.get("DATASET", "not in the environment"))
sys.exit(int(sys.argv[1]))
