// Package secret seals small secrets before they are kept, such as the credentials of an exchange: whoever reads the database, or a copy of
// it, learns nothing without the key.
//
// Sealing is AES-256-GCM with a nonce drawn for each secret. A sealed secret is bound to its purpose: moved to another row it does not open.
// It begins with the version of the form and a fingerprint of the key, so that keys can be changed and mistakes told apart.
package secret
