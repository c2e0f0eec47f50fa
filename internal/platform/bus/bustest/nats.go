package bustest

import (
	"fmt"
	"net"
	"os"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// NATS is an external NATS server with JetStream as it comes: it acknowledges before it syncs. It keeps its address when it is started again.
type NATS struct {
	dir  string
	port int
	srv  *server.Server
}

// StartNATS starts a server that stops when the test ends.
func StartNATS(t testing.TB) *NATS {
	t.Helper()
	n := &NATS{dir: t.TempDir(), port: server.RANDOM_PORT}
	n.Start(t)
	t.Cleanup(n.Stop)
	return n
}

// URL is the address of the server.
func (n *NATS) URL() string { return fmt.Sprintf("nats://127.0.0.1:%d", n.port) }

// Start starts the server again, on the port it had.
func (n *NATS) Start(t testing.TB) {
	t.Helper()
	srv, err := server.NewServer(&server.Options{
		ServerName: "external", Host: "127.0.0.1", Port: n.port, NoSigs: true, NoLog: true,
		JetStream: true, StoreDir: n.dir, JetStreamMaxMemory: 32 << 20, JetStreamMaxStore: 4 << 30,
	})
	if err != nil {
		t.Fatal(err)
	}
	srv.Start()
	if !srv.ReadyForConnections(20 * time.Second) {
		t.Fatal("the NATS server did not start")
	}
	n.srv, n.port = srv, srv.Addr().(*net.TCPAddr).Port
}

// Stop stops the server.
func (n *NATS) Stop() {
	n.srv.Shutdown()
	n.srv.WaitForShutdown()
}

// Wipe removes everything the stopped server had stored.
func (n *NATS) Wipe(t testing.TB) {
	t.Helper()
	if err := os.RemoveAll(n.dir); err != nil {
		t.Fatal(err)
	}
}
