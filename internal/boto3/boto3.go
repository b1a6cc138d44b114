// Package boto3 knows what boto3 makes of the environment of a task.
package boto3

import "strings"

// Endpoint is the address at which boto3 looks for S3, and the variable that says
// so. Both are empty when it goes to AWS.
func Endpoint(vars map[string]string) (address, variable string) {
	if IgnoresEndpoints(vars) {
		return "", ""
	}
	for _, variable := range []string{"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"} {
		if v := vars[variable]; v != "" {
			return v, variable
		}
	}
	return "", ""
}

// IgnoresEndpoints reports that no variable is to name an endpoint.
func IgnoresEndpoints(vars map[string]string) bool {
	return strings.EqualFold(vars["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"], "true")
}

// IsKeyIDOfAWS reports an access key that AWS made, for a user or for a while.
// Other stores make up their own.
func IsKeyIDOfAWS(id string) bool {
	return len(id) >= 16 && len(id) <= 128 && (strings.HasPrefix(id, "AKIA") || strings.HasPrefix(id, "ASIA")) &&
		strings.Trim(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == ""
}
