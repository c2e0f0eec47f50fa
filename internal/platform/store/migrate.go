package store

import (
	"context"
	"fmt"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/quell-project/quell/internal/platform/store/migrations"
)

// migrate takes the steps of the schema that the database has not taken yet. A database that has taken steps which this program does not know
// is refused and not touched.
func (s *Store) migrate(ctx context.Context) error {
	steps, err := s.migrator()
	if err != nil {
		return fmt.Errorf("read the steps of the database schema: %w", err)
	}
	have, err := steps.GetDBVersion(ctx)
	if err != nil {
		return fmt.Errorf("read the version of the database: %w", err)
	}
	sources := steps.ListSources()
	if known := sources[len(sources)-1].Version; have > known {
		return fmt.Errorf("the database is at version %d, and this program knows versions up to %d: run a newer quell, or restore a backup that was made before the update", have, known)
	}
	if _, err := steps.Up(ctx); err != nil {
		return fmt.Errorf("bring the database schema up to date: %w", err)
	}
	return nil
}

// migrator reads the steps with goose: small, well kept, and its provider has no global state.
func (s *Store) migrator() (*goose.Provider, error) {
	var opts []goose.ProviderOption
	if s.dialect == &postgresDialect {
		// Others that start at the same moment ask every second whether it is their turn.
		l, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 600))
		if err != nil {
			return nil, err
		}
		opts = append(opts, goose.WithSessionLocker(l))
	}
	return goose.NewProvider(s.dialect.goose, s.write, migrations.Files, opts...)
}
