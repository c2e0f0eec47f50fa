package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Config is the whole configuration. The tags are the key, its default and its meaning, and whether 0 turns something off; package documentation says how keys are set.
type Config struct {
	Data   string `key:"data" default:"quell-data" help:"folder for everything that is kept on this machine"`
	Listen string `key:"listen" default:"127.0.0.1:8080" help:"address of the API and the console"`
	URL    string `key:"url" default:"" help:"address under which people reach the console, when it is not the one listened on (https://…)"`

	DatabaseURL Secret `key:"database.url" default:"" help:"PostgreSQL (postgres://user:password@host/name); empty: SQLite in the data folder"`

	SecretKey Secret `key:"secret.key" default:"" help:"32 random bytes as hex or base64 that seal credentials at rest; empty: a key file in the data folder, with SQLite"`

	BusURL         Secret   `key:"bus.url" default:"" help:"NATS server with JetStream (nats://host:4222); empty: one inside this process"`
	BusCredentials string   `key:"bus.credentials" default:"" help:"NATS credentials file for bus.url"`
	BusListen      string   `key:"bus.listen" default:"" help:"loopback address on which the NATS server inside this process also listens; empty: nowhere"`
	OutboxKeep     Duration `key:"outbox.keep" default:"24h" help:"how long events are kept after the bus has taken them"`

	APIKey Secret `key:"api.key" default:"" help:"an API key that is valid from the start"`

	CheckParts      int      `key:"check.parts" default:"16" help:"files, urls and sets of signals in one upload"`
	CheckPartBytes  Bytes    `key:"check.part_bytes" default:"64MiB" help:"largest file"`
	CheckMemory     Bytes    `key:"check.memory" default:"512MiB" help:"bytes of uploads that are held in memory at the same time"`
	CheckSignals    int      `key:"check.signals" default:"256" help:"signals computed by the client in one upload"`
	CheckAttributes Bytes    `key:"check.attributes" default:"16KiB" help:"largest attributes of one upload, as JSON"`
	CheckBatch      int      `key:"check.batch" default:"1000" help:"items in one asynchronous batch"`
	CheckWorkers    int      `key:"check.workers" default:"4" help:"asynchronous uploads that are checked at the same time"`
	CheckTime       Duration `key:"check.time" default:"30s" help:"longest time one check may take"`

	CheckPixels Count `key:"check.pixels" default:"2000M" help:"pixels that are looked at in one upload, as they are decoded"`
	CheckFrames int   `key:"check.frames" default:"1024" help:"pictures and frames that are looked at in one upload"`

	ArchiveDepth int   `key:"archive.depth" default:"3" help:"how deep archives are opened: 1 opens those that were uploaded, 2 those in them too"`
	ArchiveFiles int   `key:"archive.files" default:"256" help:"files in archives that are checked in one upload"`
	ArchiveBytes Bytes `key:"archive.bytes" default:"256MiB" help:"bytes that are unpacked of one upload; one file may have check.part_bytes of them"`
	ArchiveRatio int   `key:"archive.ratio" default:"200" help:"how many times its size a packed file, and an upload with all that lies in it, may unpack to (the first MiB is free)"`

	MediaPixels Count    `key:"media.pixels" default:"100M" help:"largest picture, in pixels"`
	MediaFrames int      `key:"media.frames" default:"64" help:"frames of an animation that are checked, evenly spread"`
	MediaMemory Bytes    `key:"media.memory" default:"768MiB" help:"decoded pictures that are held in memory at the same time"`
	MediaTime   Duration `key:"media.time" default:"10s" help:"longest time one file may take to decode"`
	MediaJPEG   string   `key:"media.jpeg" default:"scaled" help:"how much of a JPEG is decoded: full, luma (brightness; 95 of 100 hashes within 2 bits of full), scaled (to sides from 1024 pixels; 6 bits) or small (from 512; 8 bits)"`

	ViewsPictures int `key:"views.pictures" zero:"off" default:"16" help:"pictures and frames of one upload that are also looked up in further ways: turned, mirrored, cut out of frames, by their points; 0: none"`
	ViewsWithin   int `key:"views.within" zero:"off" default:"8" help:"pictures within each of them that are looked up, each in eight turns; 0: none, and no turns of the whole"`
	ViewsPoints   int `key:"views.points" zero:"off" default:"64" help:"points of each of them that are looked up, to find copies that were cropped, tilted or put into others; 0: none"`

	FetchAllow []string `key:"fetch.allow" default:"" help:"addresses (CIDR or host:port) outside of the public internet that URLs may lead to"`
	FetchBytes Bytes    `key:"fetch.bytes" default:"64MiB" help:"largest file that is fetched from a URL"`
	FetchTime  Duration `key:"fetch.time" default:"15s" help:"longest time one fetch may take"`

	HMAListen   string   `key:"hma.listen" default:"" help:"address of the face for clients of HMA (Hasher-Matcher-Actioner), for example 127.0.0.1:5100; empty: none"`
	HMAPrefix   string   `key:"hma.prefix" default:"" help:"path under the main address, /hma or beginning so, at which the same face is reached too; empty: none"`
	HMAAllow    []string `key:"hma.allow" default:"" help:"addresses (CIDR) that may use that face; empty: this machine and private networks"`
	HMAKey      bool     `key:"hma.key" default:"false" help:"whether that face wants an API key: as bearer, as X-API-Key, or as the password in http://hma:KEY@host"`
	HMACert     string   `key:"hma.cert" default:"" help:"file with the certificate of hma.listen (PEM); with it that address speaks HTTPS"`
	HMACertKey  string   `key:"hma.cert_key" default:"" help:"file with the private key of hma.cert (PEM)"`
	HMAClientCA string   `key:"hma.client_ca" default:"" help:"file with the authorities (PEM) of which clients of hma.listen must show a certificate"`
	HMAHosts    []string `key:"hma.hosts" default:"" help:"hosts, with their subdomains, that URLs in requests to that face may lead to; empty: all of the public internet"`
	HMARecord   string   `key:"hma.record" default:"none" help:"which lookups through that face leave a record: none, matches (those that found something) or all"`

	RetrohuntWindow Duration `key:"retrohunt.window" zero:"off" default:"720h" help:"how long fingerprints of uploads are kept, to search for what becomes known later; 0s: none are"`
	RetrohuntMost   Count    `key:"retrohunt.most" default:"100k" help:"uploads that one search may find: with more it halts, for a person to look before anything is decided"`

	PolicySecondPerson  bool     `key:"policy.second_person" default:"true" help:"whether a second person has to agree before a version of a policy decides about anything"`
	PolicyRequestLapses Duration `key:"policy.request_lapses" default:"168h" help:"how long a request to bring a version of a policy to live waits for a second person"`

	LogLevel  string `key:"log.level" default:"info" help:"debug, info, warn or error"`
	LogFormat string `key:"log.format" default:"text" help:"text or json"`
}

// Check returns what is wrong with a configuration, naming the key.
func (c *Config) Check() error {
	if c.Data == "" {
		return errors.New("data: must name a folder")
	}
	if err := checkListen("listen", c.Listen); err != nil {
		return err
	}
	if c.URL != "" {
		if u, err := url.Parse(c.URL); err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || u.RawQuery != "" || u.Fragment != "" {
			return fmt.Errorf("url: %q is not an address of a site; write for example https://quell.example.org", c.URL)
		}
	}
	if d := string(c.DatabaseURL); d != "" && !strings.HasPrefix(d, "postgres://") && !strings.HasPrefix(d, "postgresql://") {
		return errors.New("database.url: must begin with postgres://")
	}
	if err := c.checkBus(); err != nil {
		return err
	}
	if strings.ContainsFunc(string(c.APIKey), func(r rune) bool { return r <= ' ' || r > '~' }) {
		return fmt.Errorf("api.key: has a character that a header cannot carry; use letters and digits")
	}
	for _, s := range keys(c) {
		if !s.field.CanInt() {
			continue
		}
		if n := s.field.Int(); n < 0 || n == 0 && !s.zero {
			return fmt.Errorf("%s: must be above zero", s.Key)
		}
	}
	if w := time.Duration(c.RetrohuntWindow); w != 0 && w < 24*time.Hour {
		return fmt.Errorf("retrohunt.window: fingerprints are kept by the day; write 1d or more, or 0s to keep none, not %s", c.RetrohuntWindow)
	}
	if c.CheckMemory < c.CheckPartBytes {
		return fmt.Errorf("check.memory: %s is less than one file of check.part_bytes (%s)", c.CheckMemory, c.CheckPartBytes)
	}
	switch c.MediaJPEG {
	case "full", "luma", "scaled", "small":
	default:
		return fmt.Errorf("media.jpeg: %q is none of full, luma, scaled, small", c.MediaJPEG)
	}
	if err := c.checkHMA(); err != nil {
		return err
	}
	switch c.LogLevel {
	case "debug", "info", "warn", "error":
	default:
		return fmt.Errorf("log.level: %q is none of debug, info, warn, error", c.LogLevel)
	}
	if c.LogFormat != "text" && c.LogFormat != "json" {
		return fmt.Errorf("log.format: %q is neither text nor json", c.LogFormat)
	}
	return nil
}

func checkListen(key, address string) error {
	_, port, err := net.SplitHostPort(address)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return fmt.Errorf("%s: %q is not an address; write host:port, for example 127.0.0.1:8080 (port 0: any free one)", key, address)
	}
	return nil
}

func (c *Config) checkBus() error {
	if c.BusListen != "" {
		if a, err := netip.ParseAddrPort(c.BusListen); err != nil || !a.Addr().IsLoopback() {
			return fmt.Errorf("bus.listen: %q is not a loopback address; write 127.0.0.1:4222, or run a NATS server of its own and set bus.url", c.BusListen)
		}
		if c.BusURL != "" {
			return errors.New("bus.listen: has no meaning beside bus.url; remove one of them")
		}
	}
	if c.BusCredentials != "" && c.BusURL == "" {
		return errors.New("bus.credentials: has no meaning without bus.url; set that, or remove this")
	}
	return nil
}

func (c *Config) checkHMA() error {
	if c.HMAListen != "" {
		if err := checkListen("hma.listen", c.HMAListen); err != nil {
			return err
		}
	}
	if p := c.HMAPrefix; p != "" && !hmaPrefix.MatchString(p) {
		return fmt.Errorf("hma.prefix: %q is not /hma, or a path that begins so, of letters, digits, '-' and '_'", p)
	}
	for _, a := range c.HMAAllow {
		if p, err := netip.ParsePrefix(a); err != nil || p.Masked() != p {
			return fmt.Errorf("hma.allow: %q is not a range of addresses; write for example 10.1.0.0/16, or 192.0.2.7/32 for one", a)
		}
	}
	if (c.HMACert == "") != (c.HMACertKey == "") {
		return errors.New("hma.cert_key: hma.cert and hma.cert_key belong together; set both or none")
	}
	if c.HMAClientCA != "" && c.HMACert == "" {
		return errors.New("hma.client_ca: certificates of clients need HTTPS; set hma.cert and hma.cert_key")
	}
	if c.HMACert != "" && c.HMAListen == "" {
		return errors.New("hma.cert: has no meaning without hma.listen; set that, or remove this")
	}
	switch c.HMARecord {
	case "none", "matches", "all":
	default:
		return fmt.Errorf("hma.record: %q is none of none, matches, all", c.HMARecord)
	}
	return nil
}

// hmaPrefix keeps the face away from the paths of API and console.
var hmaPrefix = regexp.MustCompile(`^/hma[A-Za-z0-9_-]*(/[A-Za-z0-9_-]+)*$`)
