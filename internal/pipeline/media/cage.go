package media

import (
	"errors"

	"github.com/quell-project/quell/internal/pipeline/media/cage"
)

// cageError says that a file is damaged if its decoder asked for more memory than one for its size should.
func cageError(err error) error {
	if errors.Is(err, cage.ErrMemory) {
		return damaged(err)
	}
	return err
}
