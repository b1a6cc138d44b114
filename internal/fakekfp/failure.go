package fakekfp

import (
	"encoding/json"
	"net/http"
)

// The codes of gRPC that KFP gives.
const (
	codeInvalid          = 3
	codeNotFound         = 5
	codeExists           = 6
	codePermissionDenied = 7
	codeAborted          = 10
	codeInternal         = 13
	codeUnauthenticated  = 16
)

var statusOf = map[int]int{
	codeInvalid:          http.StatusBadRequest,
	codeNotFound:         http.StatusNotFound,
	codeExists:           http.StatusConflict,
	codePermissionDenied: http.StatusForbidden,
	codeAborted:          http.StatusConflict,
	codeInternal:         http.StatusInternalServerError,
	codeUnauthenticated:  http.StatusUnauthorized,
}

// failure is an error as the server tells it: the whole story in the message, and
// the end of it in the details.
type failure struct {
	code         int
	whole, short string
}

// errorf is an error with what leads to it in front. Of an internal one the
// details say nothing.
func errorf(code int, short, frames string) *failure {
	f := &failure{code: code, whole: frames + short, short: short}
	if code == codeInternal {
		f.short = "Internal Server Error"
	}
	return f
}

func (s *Server) refuse(w http.ResponseWriter, f *failure) {
	body := map[string]any{
		"code": f.code, "message": f.whole,
		"details": []any{map[string]any{"@type": "type.googleapis.com/google.rpc.Status", "code": f.code, "message": f.short}},
	}
	if !s.newer {
		body["error"] = f.whole
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(statusOf[f.code])
	_ = json.NewEncoder(w).Encode(body)
}

// uploadError is the shape of errors that do not come through the gateway.
type uploadError struct {
	Message string `json:"error_message"`
	Details string `json:"error_details"`
}

// refuseUpload is the other shape, which comes without a content type and, but
// for what is wrong with the file, always as an internal error.
func refuseUpload(w http.ResponseWriter, f *failure) {
	status := http.StatusInternalServerError
	if f.code == codeInvalid || f.code == codeNotFound {
		status = http.StatusBadRequest
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(uploadError{f.whole, f.whole})
}
