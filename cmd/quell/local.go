package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/quell-project/quell/internal/app"
	"github.com/quell-project/quell/internal/auth"
	"github.com/quell-project/quell/internal/platform/config"
)

// A running server leaves two files in its data folder for the command line on the same machine. Who can read them can read the database beside
// them anyway.
const (
	localKeyFile     = "cli.key" // an API key; it stays
	localAddressFile = "address" // where the server is reached; it is there while the server runs
)

// leaveLocal writes the files. The returned function takes the address away again.
func leaveLocal(ctx context.Context, a *app.App, cfg *config.Config) (leave func() error, err error) {
	if err := leaveKey(ctx, a, filepath.Join(cfg.Data, localKeyFile)); err != nil {
		return nil, err
	}
	path := filepath.Join(cfg.Data, localAddressFile)
	if err := os.WriteFile(path, []byte(reachable(a.Address())+"\n"), 0o600); err != nil {
		return nil, fmt.Errorf("note the address for the command line: %w", err)
	}
	return func() error {
		if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}, nil
}

// leaveKey keeps the key that is there if it can be used; it is there but of no use if it was revoked.
func leaveKey(ctx context.Context, a *app.App, path string) error {
	key, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read the key of the command line: %w", err)
	}
	if kept := strings.TrimSpace(string(key)); kept != "" {
		if err := a.Auth().PresetKey(ctx, "command line", kept); err != nil { // the database may be another one
			return err
		}
		if _, err := a.Auth().Key(ctx, kept); !errors.Is(err, auth.ErrDenied) {
			return err
		}
	}
	made, err := a.Auth().NewKey(ctx, "command line")
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, []byte(made+"\n"), 0o600); err != nil {
		return fmt.Errorf("keep the key of the command line: %w", err)
	}
	return nil
}

// localAddress returns the address that a server on the data folder has left, or "".
func localAddress(cfg *config.Config) string {
	address, err := os.ReadFile(filepath.Join(cfg.Data, localAddressFile))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(address))
}

// consoleAddress is where people reach the console.
func consoleAddress(cfg *config.Config) string {
	if cfg.URL != "" {
		return strings.TrimRight(cfg.URL, "/")
	}
	if local := localAddress(cfg); local != "" {
		return local
	}
	return reachable("http://" + cfg.Listen)
}

// signInLink is the address that signs a person in, once.
func signInLink(console, token string) string {
	return console + "/sign-in?token=" + url.QueryEscape(token)
}

// reachable puts this machine where an address names all addresses of the machine, which cannot be opened everywhere.
func reachable(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	if ip, err := netip.ParseAddr(u.Hostname()); u.Hostname() == "" || (err == nil && ip.IsUnspecified()) {
		u.Host = net.JoinHostPort("localhost", u.Port())
	}
	return u.String()
}
