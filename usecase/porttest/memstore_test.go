package porttest_test

import (
	"testing"

	"latchkey/usecase"
	"latchkey/usecase/porttest"
)

func TestMemStore(t *testing.T) {
	t.Parallel()
	porttest.Store(t, func(*testing.T) usecase.Store { return porttest.NewMemStore() })
}
