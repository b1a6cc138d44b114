import os

print("evaluate: wrapped", os.environ.get("FLTS_WRAPPED", "never"), "gateway", os.environ.get("GATEWAY_URL", "unknown"))
