package banktest_test

import (
	"testing"

	"github.com/quell-project/quell/internal/bank/banktest"
	"github.com/quell-project/quell/internal/domain"
)

func TestModelDoesWhatAStoreDoes(t *testing.T) {
	t.Parallel()
	banktest.TestStore(t, func(_ *testing.T, clock func() domain.Time) (s banktest.Subject, a, b domain.BankID) {
		return &banktest.Model{Now: clock}, "a", "b"
	})
}
