#!/bin/sh
# A pipeline component: hourly traffic of a mobile cell in, its average day out.
#
# It knows no host, no port and no password. Everything it needs is in variables
# that flts-run has put into its environment and tried before it started us.
#
# It needs a POSIX shell, awk, sha256sum and curl 7.88 or later (--aws-sigv4).
set -eu

# Files for ourselves alone: the work is gone when the component is.
umask 077
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 143' TERM
trap 'exit 130' INT

# A request that fails ends the component and says why. Nothing is retried: the
# services have just been checked.
request() {
	curl --silent --show-error --fail --max-time 60 "$@"
}

# The keys reach curl through its standard input. As arguments they would be
# seen by everybody who can list the processes of this machine.
s3() {
	object=$1
	shift
	credentials | request --config - --aws-sigv4 "aws:amz:$AWS_DEFAULT_REGION:s3" \
		"$@" "$AWS_ENDPOINT_URL_S3/$object"
}

# download BUCKET/KEY FILE
download() {
	s3 "$1" --header 'x-amz-content-sha256: UNSIGNED-PAYLOAD' --output "$2"
}

# upload FILE BUCKET/KEY
#
# The checksum is signed too, so the store refuses what was damaged on its way.
upload() {
	checksum=$(sha256sum "$1")
	s3 "$2" --header "x-amz-content-sha256: ${checksum%% *}" --header 'Content-Type: text/csv' --upload-file "$1"
}

credentials() {
	awk 'BEGIN {
		user = ENVIRON["AWS_ACCESS_KEY_ID"] ":" ENVIRON["AWS_SECRET_ACCESS_KEY"]
		gsub(/["\\]/, "\\\\&", user)
		print "user = \"" user "\""
	}'
}

# mlflow CALL JSON
mlflow() {
	request --header 'Content-Type: application/json' --data "$2" \
		"${MLFLOW_TRACKING_URI%/}/api/2.0/mlflow/$1"
}

# run_id finds the id in the answer of runs/create, pretty-printed or not.
run_id() {
	awk -F '"' '{ for (i = 1; i < NF; i++) if ($i == "run_id") { print $(i + 2); exit } }'
}

milliseconds() {
	echo "$(date +%s)000"
}

# ---- get the dataset ----

download "$BUCKET_DATASET/elborn.csv" "$work/raw.csv"

# ---- drop the rows with gaps ----

awk -F , '{ sub(/\r$/, "") } NR == 1 || ($2 != "" && $3 != "" && $4 != "")' "$work/raw.csv" > "$work/clean.csv"
rows=$(($(wc -l < "$work/clean.csv") - 1))
gaps=$(($(wc -l < "$work/raw.csv") - 1 - rows))
if [ "$rows" -lt 24 ]; then
	echo "elborn.csv has $rows complete rows, which is not a day" >&2
	exit 1
fi
echo "read $BUCKET_DATASET/elborn.csv: $rows rows, $gaps with gaps dropped"

# ---- the average day: means by hour, and the downlink scaled to 0…1 ----

awk -F , '
	NR > 1 {
		hour = substr($1, 12, 2) + 0
		up[hour] += $2; down[hour] += $3; users[hour] += $4; n[hour]++
	}
	END {
		for (hour = 0; hour < 24; hour++) {
			if (!n[hour]) continue
			mean = down[hour] / n[hour]
			if (low == "" || mean < low) low = mean
			if (high == "" || mean > high) high = mean
		}
		print "hour,up,down,rnti_count,down_scaled"
		for (hour = 0; hour < 24; hour++) {
			if (!n[hour]) continue
			mean = down[hour] / n[hour]
			printf "%02d,%.3f,%.3f,%.3f,%.4f\n", hour, up[hour] / n[hour], mean, users[hour] / n[hour],
				(high > low ? (mean - low) / (high - low) : 0)
		}
	}
' "$work/clean.csv" > "$work/hourly.csv"

upload "$work/hourly.csv" "$BUCKET_PROCESSED/elborn/hourly.csv"
echo "wrote $BUCKET_PROCESSED/elborn/hourly.csv: $(($(wc -l < "$work/hourly.csv") - 1)) hours"

# ---- track the run in the Default experiment, which always exists ----

peak=$(awk -F , 'NR > 1 && $3 > best { best = $3 } END { print best }' "$work/hourly.csv")
answer=$(mlflow runs/create "{\"experiment_id\": \"0\", \"run_name\": \"elborn-hourly\", \"start_time\": $(milliseconds)}")
run=$(echo "$answer" | run_id)
for metric in "rows=$rows" "gaps=$gaps" "peak_down=$peak"; do
	mlflow runs/log-metric "{\"run_id\": \"$run\", \"key\": \"${metric%%=*}\", \"value\": ${metric#*=}, \"timestamp\": $(milliseconds)}" > /dev/null
done
mlflow runs/update "{\"run_id\": \"$run\", \"status\": \"FINISHED\", \"end_time\": $(milliseconds)}" > /dev/null
echo "tracked rows=$rows gaps=$gaps peak_down=$peak in MLflow"

# ---- read the result back as others will; the gateway is a convenience ----

if request --output /dev/null "${GATEWAY_URL%/}/health" 2> "$work/why"; then
	request --output "$work/back.csv" "${GATEWAY_URL%/}/objects/$BUCKET_PROCESSED/elborn/hourly.csv"
	if [ "$(cat "$work/back.csv")" != "$(cat "$work/hourly.csv")" ]; then
		echo "the gateway serves something else than was written" >&2
		exit 1
	fi
	echo "the gateway serves the same $(($(wc -c < "$work/back.csv"))) bytes"
else
	echo "the gateway was not asked: $(cat "$work/why")"
fi
