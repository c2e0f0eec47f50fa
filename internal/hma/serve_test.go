package hma

import (
	"net/http"
	"testing"
)

func TestFrameworkAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld()
	wants(t, "status", w.do(http.MethodGet, "/status"), http.StatusOK, "I-AM-ALIVE")
	wants(t, "repeated slashes", w.do(http.MethodGet, "//status//live"), http.StatusOK, "I-AM-ALIVE")
	if got := w.do(http.MethodGet, "/openapi/openapi.json"); got.Code != http.StatusOK {
		t.Error(got.Code)
	}
	wants(t, "a slash at the end", w.do(http.MethodGet, "/status/"), http.StatusNotFound, string(notFoundPage().body))
}
