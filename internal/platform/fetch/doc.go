// Package fetch is the one guarded way for Quell to open a URL. A URL comes from an upload and is hostile: it may point at
// the machine's own services, at a cloud's metadata service, or at a host that answers with bytes for ever. Nothing else in
// the program opens a URL that it did not get from its own configuration.
//
// What is refused, and where:
//
//   - The URL (url.go): only http and https, a host, no credentials, no address in a disguised spelling. Checked for the
//     first URL and again for the target of every redirect; a redirect from https to http is refused.
//   - The address (address.go): only addresses of the public internet, ports 80 and 443. The host is looked up once per
//     hop, the answers are judged, and the connection is made to the judged address itself. A name that changes its
//     address between check and use (DNS rebinding) therefore gains nothing.
//   - The exchange (fetch.go): one deadline for everything from look-up to last byte; limits on redirects, on the size of
//     header and body, whatever length the host claims. No proxy of the environment, no cookies, no referrer, no connection
//     used twice, no HTTP/2. Compressed answers are refused, never inflated.
//
// Exceptions are for the operator alone and are written down: see [ParseAllow].
//
// Failures are of type [*Error]. It tells what is worth trying again from what is not, and its text may be shown to whoever
// submitted the URL: it holds nothing the host sent, nothing of the URL and no address.
//
// One thing cannot be known here: an operator's own NAT64 prefix (other than the well-known 64:ff9b::/96). Networks that use
// one must block translation to internal addresses at the translator.
package fetch
