package fakes3

import (
	"context"
	"net/http"
	"net/url"
	"strings"
)

type userKey struct{}

func userOf(ctx context.Context) User {
	user, _ := ctx.Value(userKey{}).(User)
	return user
}

// may reports whether the user's policy allows access, which is "r" or "w".
func (u User) may(access, bucket string) bool {
	return u.Allow == nil || strings.Contains(u.Allow[bucket], access)
}

// enforcePolicy refuses before it is known whether the bucket exists: to those
// who may not look, a missing bucket and a closed one are the same.
func enforcePolicy(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, access := userOf(r.Context()), "r"
		if writes(r) {
			access = "w"
		}
		bucket, key := splitPath(r.URL.Path)
		if key == "" {
			key = r.URL.Query().Get("prefix")
		}
		source, copied := copySource(r)
		switch {
		case bucket == "" && user.Allow != nil && len(user.Allow) == 0,
			bucket != "" && !user.may(access, bucket),
			bucket != "" && !strings.HasPrefix(key, user.Prefix),
			copied && !user.may("r", source):
			refuse(http.StatusForbidden, "AccessDenied", "Access Denied.").write(w, r)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func writes(r *http.Request) bool {
	return r.Method != http.MethodGet && r.Method != http.MethodHead
}

func copySource(r *http.Request) (bucket string, copied bool) {
	source := r.Header.Get("X-Amz-Copy-Source")
	if plain, err := url.PathUnescape(source); err == nil {
		source = plain
	}
	bucket, _ = splitPath(source)
	return bucket, source != ""
}

func splitPath(path string) (bucket, key string) {
	bucket, key, _ = strings.Cut(strings.TrimLeft(path, "/"), "/")
	return bucket, key
}
