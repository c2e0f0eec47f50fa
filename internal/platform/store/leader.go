package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"hash/fnv"
	"time"
)

// leadership is held until release is called or the database takes it away.
type leadership struct {
	alive   func(context.Context) error // asks the database whether it is still held
	release func()
}

// The times of leadership. A leader that cannot reach the database gives up after leaderCheck + leaderPatience at the latest; the database
// lets another one lead not before leaderSilence, unless it saw the connection end.
const (
	leaderCheck    = time.Second     // how often a leader asks whether it still leads, and how often the others try to take over
	leaderPatience = 3 * time.Second // how long it waits for the answer
	leaderSilence  = "10s"           // after which the database takes the leader for dead
)

// leadAlone is leadership over a database that belongs to one process: SQLite, guarded by the lock of the data directory.
func leadAlone(context.Context, *sql.DB, string) (*leadership, bool, error) {
	return &leadership{alive: func(context.Context) error { return nil }, release: func() {}}, true, nil
}

// leadByAdvisoryLock holds a PostgreSQL advisory lock on a connection of its own: when the connection ends, the lock is free.
func leadByAdvisoryLock(ctx context.Context, db *sql.DB, name string) (*leadership, bool, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, false, err
	}
	h := fnv.New64a()
	h.Write([]byte("quell/" + name))
	var held bool
	if err := conn.QueryRowContext(ctx, `select pg_try_advisory_lock($1)`, int64(h.Sum64())).Scan(&held); err != nil || !held {
		conn.Close()
		return nil, false, err
	}
	release := func() {
		// Not back into the pool: with the connection end the lock and its time limit.
		_ = conn.Raw(func(any) error { return driver.ErrBadConn })
		conn.Close()
	}
	// A machine that lost its power says no goodbye, and TCP would wait for it for hours.
	if _, err := conn.ExecContext(ctx, `set idle_session_timeout = '`+leaderSilence+`'`); err != nil {
		release()
		return nil, false, err
	}
	return &leadership{alive: conn.PingContext, release: release}, true, nil
}

// Lead runs work while this process is the leader for name among all processes on this database. When its connection is lost, another process
// takes over within seconds, and the context of work ends; for up to leaderCheck both may be at work. Lead returns when ctx ends, or with what
// work returns while it still leads.
func (s *Store) Lead(ctx context.Context, name string, work func(context.Context) error) error {
	tick := time.NewTicker(leaderCheck)
	defer tick.Stop()
	for {
		l, held, err := s.dialect.lead(ctx, s.write, name)
		if held {
			var lost bool
			if lost, err = leadOnce(ctx, l, work); !lost {
				return err
			}
			s.log.Warn("leadership was lost; trying to get it back", "of", name, "error", err)
		} else if err != nil && ctx.Err() == nil {
			s.log.Warn("leadership could not be asked for; trying again", "of", name, "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// leadOnce runs work until it ends, ctx ends or leadership is lost.
func leadOnce(ctx context.Context, l *leadership, work func(context.Context) error) (lost bool, err error) {
	defer l.release()
	leading, stop := context.WithCancel(ctx)
	defer stop()
	done := make(chan error, 1)
	go func() { done <- work(leading) }()
	tick := time.NewTicker(leaderCheck)
	defer tick.Stop()
	for {
		select {
		case err := <-done:
			return false, err
		case <-tick.C:
			if err := askAlive(ctx, l); err != nil && ctx.Err() == nil {
				stop()
				<-done
				return true, err
			}
		}
	}
}

func askAlive(ctx context.Context, l *leadership) error {
	ctx, cancel := context.WithTimeout(ctx, leaderPatience)
	defer cancel()
	return l.alive(ctx)
}
