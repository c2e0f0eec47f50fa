// Package api is the REST face of Quell, under /api/v1/, with its description as OpenAPI 3.1 at /api/openapi.json and a viewer at /api/docs.
//
// It turns requests into calls of the rooms behind it and their answers into JSON. Every error is an RFC 9457 problem document; a fault in a
// request is a 4xx that names the place of the fault. Programs show an API key as "Authorization: Bearer …".
//
// Requests are read strictly, so that nothing is decided about something else than what was sent: a form that is cut short, a property that is
// there twice or not known, and a text or number that could not be kept as it is are faults. Bodies are read into memory that is reserved for
// them, and every request has an end: see Limits.
package api
