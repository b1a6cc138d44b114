"""Says what it was given; the secret key only by its length."""

import os
import sys

key = os.environ["AWS_SECRET_ACCESS_KEY"]
print("train:", sys.argv[1], "rows, gateway", os.environ["GATEWAY_URL"], "key of", len(key))
print("train: the last line")
