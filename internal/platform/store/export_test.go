package store

import "context"

// MigrateTo makes a database as an older program left it.
func MigrateTo(ctx context.Context, cfg Config, version int64) error {
	s, err := connect(ctx, cfg)
	if err != nil {
		return err
	}
	defer s.Close()
	steps, err := s.migrator()
	if err == nil {
		_, err = steps.UpTo(ctx, version)
	}
	return err
}

// FreezeLead becomes the leader and then says nothing any more, as a process on a machine that has lost its power.
func (s *Store) FreezeLead(ctx context.Context, name string) (thaw func(), held bool, err error) {
	l, held, err := s.dialect.lead(ctx, s.write, name)
	if !held {
		return nil, false, err
	}
	return l.release, true, nil
}
