package fakes3

import (
	"io"
	"net/http"
	"strconv"
	"time"
)

// Faults are what a server of the S3 API may do otherwise than a healthy MinIO.
type Faults struct {
	// NoQuorum answers the cluster's health path as a MinIO without its drives.
	NoQuorum bool
	// Full refuses what would store something, for want of space; OverQuota, for
	// the bucket's quota.
	Full, OverQuota bool
	// NoChecksums refuses the checksums that clients add since 2025, as older
	// servers do.
	NoChecksums bool
	// IgnoreMD5 stores a body whose Content-MD5 is wrong.
	IgnoreMD5 bool
	// Throttled refuses all that is signed and asks to wait so long.
	Throttled time.Duration
	// LargestBody is how many bytes of an upload get through; the rest is waited
	// for until the client gives up. 0 is no limit.
	LargestBody int64
}

// apply stands behind the gate and the policy: to know these faults one must be
// let in.
func (f Faults) apply(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		upload := r.Method == http.MethodPut || r.Method == http.MethodPost
		switch {
		case f.Throttled > 0:
			w.Header().Set("Retry-After", strconv.Itoa(int(f.Throttled.Seconds())))
			refuse(http.StatusServiceUnavailable, "SlowDown", "Resource requested is unreadable, please reduce your request rate").write(w, r)
		case upload && f.Full:
			refuse(http.StatusInsufficientStorage, "XMinioStorageFull", "Storage backend has reached its minimum free drive threshold. Please delete a few objects to proceed.").write(w, r)
		case upload && f.OverQuota:
			refuse(http.StatusBadRequest, "XMinioAdminBucketQuotaExceeded", "Bucket quota exceeded").write(w, r)
		case upload && f.NoChecksums && r.Header.Get("X-Amz-Sdk-Checksum-Algorithm") != "":
			refuse(http.StatusLengthRequired, "MissingContentLength", "You must provide the Content-Length HTTP header.").write(w, r)
		case upload && f.LargestBody > 0 && r.ContentLength > f.LargestBody:
			// A connection is only seen to end when its body has been read.
			_, _ = io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		default:
			if f.IgnoreMD5 {
				r.Header.Del("Content-Md5")
			}
			next.ServeHTTP(w, r)
		}
	})
}
