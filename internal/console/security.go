package console

import "net/http"

// pagePolicy allows a page its own style sheet, pictures, module and forms, and nothing else.
const pagePolicy = "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// guarded sets the headers that hold for every answer and refuses requests that change something on behalf of another site.
//
// The referrer policy is "same-origin", not "no-referrer": no other host learns anything either way, but with the latter browsers send
// "Origin: null" with forms, and without HTTPS that header is all there is to tell our own forms from another site's.
func (c *console) guarded(next http.Handler) http.Handler {
	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.show(w, r, http.StatusForbidden, notice{Said: c.words.OtherSite})
	}))
	protected := guard.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", pagePolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("X-Robots-Tag", "noindex")
		h.Set("Cache-Control", "no-store")
		protected.ServeHTTP(w, r)
	})
}
