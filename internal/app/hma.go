package app

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/exchange"
	"github.com/quell-project/quell/internal/hma"
	"github.com/quell-project/quell/internal/pipeline"
	"github.com/quell-project/quell/internal/pipeline/ingest"
	"github.com/quell-project/quell/internal/platform/config"
	"github.com/quell-project/quell/internal/platform/fetch"
	"github.com/quell-project/quell/internal/platform/intake"
	"github.com/quell-project/quell/internal/platform/secret"
	"github.com/quell-project/quell/internal/platform/store"
)

// nearby are the addresses that may use the face for clients of HMA where the operator names none: this machine and private networks (RFC 1918,
// RFC 4193, RFC 6598, and addresses of the link).
var nearby = []string{
	"127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "fc00::/7", "fe80::/10",
}

// openHMA makes the face for clients of HMA, if it is wanted.
func (a *App) openHMA(ctx context.Context) error {
	if err := a.nameUnfetched(ctx); err != nil {
		return err
	}
	if a.cfg.HMAListen == "" && a.cfg.HMAPrefix == "" {
		return nil
	}
	cfg, err := a.hmaConfig()
	if err != nil {
		return err
	}
	face := a.traffic.counted(hma.New(cfg))
	if p := a.cfg.HMAPrefix; p != "" {
		a.handler = under(p, http.StripPrefix(p, face), a.handler)
	}
	if a.cfg.HMAListen != "" {
		if err := a.listenHMA(face); err != nil {
			return err
		}
	}
	if cfg.Keys == nil && a.cfg.HMAClientCA == "" {
		a.log.Warn("the HMA interface asks nobody who they are, as HMA does not: whoever reaches it from an allowed address can read and change all banks; set hma.key or hma.client_ca, or narrow hma.allow",
			"listen", a.cfg.HMAListen, "prefix", a.cfg.HMAPrefix, "allow", cfg.Allow)
	} else if cfg.Keys == nil && a.cfg.HMAPrefix != "" {
		a.log.Warn("hma.client_ca guards hma.listen only: under hma.prefix nobody is asked who they are; set hma.key, or remove hma.prefix")
	}
	return nil
}

// nameUnfetched says of which exchanges somebody may believe that they are fetched.
func (a *App) nameUnfetched(ctx context.Context) error {
	all, err := a.store.Exchanges(ctx)
	for _, e := range all {
		if e.Enabled && e.API != exchange.SampleName {
			a.log.Warn(unfetched, "exchange", e.Name, "api", e.API)
		}
	}
	return err
}

const unfetched = "this version of quell keeps the settings of exchanges and fetches nothing from them: the bank of this one stays as it is"

// under serves paths below a prefix by one handler and all others by another. No http.ServeMux stands before the first: it redirects paths with
// repeated slashes, and a client whose POST is redirected sends a GET.
func under(prefix string, inside, outside http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if rest, below := strings.CutPrefix(r.URL.Path, prefix); below && (rest == "" || rest[0] == '/') {
			inside.ServeHTTP(w, r)
			return
		}
		outside.ServeHTTP(w, r)
	})
}

func (a *App) hmaConfig() (hma.Config, error) {
	fetcher, err := NewFetcher(a.cfg, a.version, a.cfg.HMAHosts, a.bodies.Take) // for as long as the request lasts
	if err != nil {
		return hma.Config{}, err
	}
	banks := curation{a.store, a.bus, a.index}
	cfg := hma.Config{
		Index: a.index, Fingerprint: a.pipeline.Inspector, Fetch: hmaFetch{fetcher}, Banks: banks, Exchanges: exchanges{banks, a.secrets, a.log},
		Recorder: hmaRecorder{a.pipeline}, Record: hma.Recording(a.cfg.HMARecord), Bodies: a.bodies,
		Faults: hma.Faults{
			NotFound: isNotFound, Conflict: isConflict, Denied: isDenied,
			Busy:     func(err error) bool { return isBusy(err) || intake.IsFull(err) },
			TooLarge: func(err error) bool { _, is := intake.IsTooLarge(err); return is },
		},
		FileBytes: int64(a.cfg.CheckPartBytes), Time: time.Duration(a.cfg.CheckTime), Observe: a.metrics.Request, Version: a.version, Log: a.log.With("part", "hma"),
	}
	if a.cfg.HMAKey {
		cfg.Keys = a.auth
	}
	allow := a.cfg.HMAAllow
	if len(allow) == 0 {
		allow = nearby
	}
	for _, text := range allow {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			return cfg, fmt.Errorf("hma.allow: %w", err)
		}
		cfg.Allow = append(cfg.Allow, p)
	}
	return cfg, nil
}

// listenHMA takes the address of the face, with TLS if there is a certificate.
func (a *App) listenHMA(face http.Handler) error {
	security, err := hmaTLS(a.cfg)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", a.cfg.HMAListen)
	if err != nil {
		return fmt.Errorf("hma.listen: %w; name another address", err)
	}
	a.closer.Add("HMA listener", func() error { l.Close(); return nil }) // the server may have closed it
	if security != nil {
		l = tls.NewListener(l, security)
	}
	a.hma = &site{face, l, a.log}
	return nil
}

// hmaTLS reads certificates; there may be none.
func hmaTLS(cfg *config.Config) (*tls.Config, error) {
	if cfg.HMACert == "" {
		return nil, nil
	}
	own, err := tls.LoadX509KeyPair(cfg.HMACert, cfg.HMACertKey)
	if err != nil {
		return nil, fmt.Errorf("hma.cert and hma.cert_key: %w", err)
	}
	c := &tls.Config{Certificates: []tls.Certificate{own}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}
	if cfg.HMAClientCA != "" {
		pem, err := os.ReadFile(cfg.HMAClientCA)
		if err != nil {
			return nil, fmt.Errorf("hma.client_ca: %w", err)
		}
		c.ClientCAs, c.ClientAuth = x509.NewCertPool(), tls.RequireAndVerifyClientCert
		if !c.ClientCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("hma.client_ca: there is no certificate in %s; it must be PEM", cfg.HMAClientCA)
		}
	}
	return c, nil
}

// HMAAddress is where this process listens for clients of HMA, or "".
func (a *App) HMAAddress() string {
	if a.hma == nil {
		return ""
	}
	return hmaScheme(a.cfg) + a.hma.listener.Addr().String()
}

// hmaFetch opens URLs that clients of HMA name.
type hmaFetch struct{ fetcher *fetch.Fetcher }

// Fetch implements hma.Fetcher.
func (f hmaFetch) Fetch(ctx context.Context, url string) ([]byte, string, error) {
	doc, err := f.fetcher.Get(ctx, url)
	e, ok := errors.AsType[*fetch.Error](err)
	if !ok {
		return doc.Body, doc.MediaType, err
	}
	kind := hma.FetchFailed
	switch e.Kind {
	case fetch.KindURL, fetch.KindForbidden:
		kind = hma.FetchRefused
	case fetch.KindTooLarge:
		kind = hma.FetchTooLarge
	case fetch.KindMemory:
		kind = hma.FetchNoRoom
	}
	return nil, "", &hma.FetchError{Kind: kind, Reason: e.Reason}
}

// hmaRecorder records lookups.
type hmaRecorder struct{ pipeline *pipeline.Pipeline }

// Note implements hma.Recorder.
func (r hmaRecorder) Note(ctx context.Context, content domain.ContentID, prints []domain.Fingerprint, matches []domain.Match) error {
	_, err := r.pipeline.Note(ctx, ingest.Submission{ContentID: content, Surface: "hma", Parts: []ingest.Part{{Name: hma.PartName, Fingerprints: prints}}}, matches)
	return err
}

// exchanges is the store as the keeper of exchanges and their sealed credentials.
type exchanges struct {
	curation
	secrets *secret.Keeper
	log     *slog.Logger
}

// CreateExchange implements hma.Exchanges.
func (x exchanges) CreateExchange(ctx context.Context, e domain.Exchange) (created domain.Exchange, err error) {
	err = x.change(ctx, func(tx *store.Tx) error {
		created, err = tx.CreateExchange(ctx, e)
		if err == nil && created.API == exchange.SampleName {
			_, err = tx.ApplyRecords(ctx, created.Bank, exchange.Sample(created.Name))
		}
		return err
	})
	if err == nil && created.API != exchange.SampleName {
		x.log.Warn(unfetched, "exchange", created.Name, "api", created.API)
	}
	return created, err
}

// EnableExchange implements hma.Exchanges.
func (x exchanges) EnableExchange(ctx context.Context, name string, enabled bool) (changed domain.Exchange, err error) {
	err = x.change(ctx, func(tx *store.Tx) error {
		changed, err = tx.EnableExchange(ctx, name, enabled)
		return err
	})
	return changed, err
}

// RemoveExchange implements hma.Exchanges.
func (x exchanges) RemoveExchange(ctx context.Context, name string) error {
	return x.change(ctx, func(tx *store.Tx) error { return tx.RemoveExchange(ctx, name) })
}

// SetCredentials implements hma.Exchanges.
func (x exchanges) SetCredentials(ctx context.Context, api string, credentials json.RawMessage) error {
	sealed := ""
	if len(credentials) > 0 {
		var err error
		if sealed, err = x.secrets.Seal(CredentialsPurpose(api), credentials); err != nil {
			return err
		}
	}
	return x.change(ctx, func(tx *store.Tx) error { return tx.SetCredentials(ctx, api, sealed) })
}

// CredentialsPurpose is what credentials for an API of exchanges are sealed for.
func CredentialsPurpose(api string) string { return "credentials of exchange API " + api }

// OpenSecrets returns the keeper of secrets that a configuration names.
func OpenSecrets(cfg *config.Config) (*secret.Keeper, error) {
	c := secret.Config{Key: string(cfg.SecretKey)}
	if cfg.DatabaseURL == "" { // with PostgreSQL, other machines have no such file
		c.File = filepath.Join(cfg.Data, "secret.key")
	}
	return secret.New(c)
}
