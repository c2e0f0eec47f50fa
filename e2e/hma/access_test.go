package hma

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/quell-project/quell/internal/platform/store/storetest"
)

func TestAddressesThatAreNotListedAreRefused(t *testing.T) {
	t.Parallel()
	needsOwn(t)
	s := start(t, storetest.Engines()[0].Fresh(t), map[string]string{"hma.allow": "192.0.2.0/24", "hma.prefix": "/hma"})
	for _, base := range []string{s.base, s.app.Address() + "/hma"} {
		c := client{t: t, base: base, key: key}
		for _, path := range []string{"/", "/status", "/c/banks", "/nothing"} {
			c.get(path).says(403, "This address may not use the HMA interface of Quell: see hma.allow in its configuration.")
		}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+"/c/banks", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-Forwarded-For", "192.0.2.1") // anybody can write that
		c.do(r).has(403)
	}
	s.api().get("/api/v1/banks").has(200)
}

// TestClientsShowCertificates makes an authority, a server and two clients.
func TestClientsShowCertificates(t *testing.T) {
	t.Parallel()
	needsOwn(t)
	dir := t.TempDir()
	ca, other := newAuthority(t, "authority"), newAuthority(t, "another")
	ca.write(t, filepath.Join(dir, "ca.pem"))
	serverCert := ca.issue(t, "server", net.IPv4(127, 0, 0, 1))
	writePair(t, serverCert, filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"))
	s := start(t, storetest.Engines()[0].Fresh(t), map[string]string{
		"hma.cert": filepath.Join(dir, "cert.pem"), "hma.cert_key": filepath.Join(dir, "key.pem"), "hma.client_ca": filepath.Join(dir, "ca.pem"),
	})
	if !strings.HasPrefix(s.base, "https://") {
		t.Fatalf("the address is %s", s.base)
	}
	with := func(certs ...tls.Certificate) *http.Client {
		roots := x509.NewCertPool()
		roots.AddCert(ca.cert)
		transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, Certificates: certs}}
		t.Cleanup(transport.CloseIdleConnections)
		return &http.Client{Transport: transport}
	}
	c := client{t: t, base: s.base, http: with(ca.issue(t, "client", nil))}
	c.get("/status").is(200, "I-AM-ALIVE")
	c.post("/c/banks", `{"name":"A"}`).has(201)
	for name, stranger := range map[string]*http.Client{"without a certificate": with(), "with one of another authority": with(other.issue(t, "client", nil))} {
		if answer, err := stranger.Get(s.base + "/status"); err == nil {
			answer.Body.Close()
			t.Errorf("a client %s is answered with %d", name, answer.StatusCode)
		}
	}
	if answer, err := plain.Get("http://" + strings.TrimPrefix(s.base, "https://") + "/status"); err == nil {
		answer.Body.Close()
		if answer.StatusCode == http.StatusOK {
			t.Error("a client without TLS is answered")
		}
	}
}

// An authority issues certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T, name string) authority {
	t.Helper()
	a := authority{key: newKey(t)}
	a.cert = a.sign(t, &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}, a.key)
	return a
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func (a authority) sign(t *testing.T, c *x509.Certificate, k *ecdsa.PrivateKey) *x509.Certificate {
	t.Helper()
	c.SerialNumber, c.NotBefore, c.NotAfter = big.NewInt(time.Now().UnixNano()), time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	parent := a.cert
	if parent == nil {
		parent = c
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &k.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

// issue makes a certificate of a client, or of a server at an address.
func (a authority) issue(t *testing.T, name string, ip net.IP) tls.Certificate {
	t.Helper()
	usage := x509.ExtKeyUsageClientAuth
	var ips []net.IP
	if ip != nil {
		usage, ips = x509.ExtKeyUsageServerAuth, []net.IP{ip}
	}
	k := newKey(t)
	c := a.sign(t, &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, IPAddresses: ips, KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{usage},
	}, k)
	return tls.Certificate{Certificate: [][]byte{c.Raw}, PrivateKey: k}
}

func (a authority) write(t *testing.T, path string) {
	t.Helper()
	writePEM(t, path, "CERTIFICATE", a.cert.Raw)
}

func writePair(t *testing.T, c tls.Certificate, certPath, keyPath string) {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	writePEM(t, certPath, "CERTIFICATE", c.Certificate[0])
	writePEM(t, keyPath, "PRIVATE KEY", der)
}

func writePEM(t *testing.T, path, kind string, der []byte) {
	t.Helper()
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
}
