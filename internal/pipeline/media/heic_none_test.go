//go:build !heic || !nodynamic

package media_test

import (
	"testing"

	"github.com/quell-project/quell/internal/pipeline/media"
)

// HEIC is in a build only on request.
func TestHEICIsLeftOutByDefault(t *testing.T) {
	t.Parallel()
	for name, data := range map[string][]byte{"first brand": brands("heic"), "another brand": brands("mif1", "heic")} {
		if got := decode(t, media.NewDecoder(media.Limits{}), data, nil); got.Picture.MediaType != "image/heic" ||
			got.Status != media.Unsupported || got.Reason != "HEIC pictures cannot be read: this build is without their decoder." {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
