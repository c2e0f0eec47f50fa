package store_test

import (
	"testing"

	"github.com/quell-project/quell/internal/platform/store/storetest"
)

func TestStore(t *testing.T) { storetest.Run(t) }
