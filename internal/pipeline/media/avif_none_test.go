//go:build !nodynamic

package media_test

import (
	"testing"

	"github.com/quell-project/quell/internal/pipeline/media"
)

// A build that might load a library of the host reads no AVIF, and says so.
func TestAVIFIsLeftOutOfDynamicBuilds(t *testing.T) {
	t.Parallel()
	check(t, decode(t, media.NewDecoder(media.Limits{}), brands("avif"), nil), outcome{
		Picture: media.Picture{MediaType: "image/avif"},
		Status:  media.Unsupported,
		Reason:  "AVIF pictures cannot be read: this build is without their decoder.",
	})
}
