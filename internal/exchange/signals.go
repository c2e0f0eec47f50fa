package exchange

import "github.com/quell-project/quell/internal/domain"

// signalTypes are the signal types that HMA, its command line tx and those who share hashes in their words have in common with Quell. That the
// exact ones are of videos there does not matter: a digest is of bytes.
var signalTypes = map[string]domain.SignalType{
	"pdq":          domain.PDQ,
	"video_md5":    domain.MD5,
	"video_sha256": domain.SHA256,
}

// SignalType returns what a signal type of HMA is called here, and whether there is one.
func SignalType(name string) (t domain.SignalType, known bool) {
	t, known = signalTypes[name]
	return t, known
}
