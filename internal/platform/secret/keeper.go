package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync"
)

// Errors that callers switch on.
var (
	// ErrNoKey means that there is no key and none may be made.
	ErrNoKey = errors.New("there is no key to seal secrets with")
	// ErrOtherKey means that a secret was sealed with another key.
	ErrOtherKey = errors.New("the secret was sealed with another key")
	// ErrDamaged means that a sealed secret is not what was sealed, or not for this purpose.
	ErrDamaged = errors.New("the sealed secret is damaged, or is for another purpose")
)

// MaxSize is the largest secret, in bytes.
const MaxSize = 64 << 10

// Config says where the key comes from.
type Config struct {
	// Key is 32 random bytes as hex or base64. Empty: the key of File.
	Key string
	// File holds the key in the same form, and is made with a new key when a secret is first sealed. Empty: there is no such file, because
	// several machines share the secrets.
	File string
}

// Keeper seals and opens secrets. It is safe for concurrent use.
type Keeper struct {
	file string

	mu   sync.Mutex // guards aead and id, until they are set
	aead cipher.AEAD
	id   string
}

// New returns a keeper. Only a key in the configuration is looked at here: the file is read when it is first needed.
func New(cfg Config) (*Keeper, error) {
	k := &Keeper{file: cfg.File}
	if cfg.Key == "" {
		return k, nil
	}
	key, err := ParseKey(cfg.Key)
	if err != nil {
		return nil, fmt.Errorf("secret.key: %w", err)
	}
	return k, k.use(key)
}

// ParseKey reads a key as it is configured.
func ParseKey(text string) ([]byte, error) {
	text = strings.TrimSpace(text)
	for _, decode := range []func(string) ([]byte, error){hex.DecodeString, base64.StdEncoding.DecodeString, base64.RawStdEncoding.DecodeString, base64.URLEncoding.DecodeString, base64.RawURLEncoding.DecodeString} {
		if key, err := decode(text); err == nil && len(key) == keySize {
			return key, nil
		}
	}
	return nil, fmt.Errorf("must be %d random bytes as hex or base64; make one with: openssl rand -hex %d", keySize, keySize)
}

const keySize = 32

// Seal encrypts a secret for a purpose, such as "credentials of ncmec". The result is printable ASCII.
func (k *Keeper) Seal(purpose string, secret []byte) (string, error) {
	if len(secret) > MaxSize {
		return "", fmt.Errorf("the secret has %d bytes, at most %d can be sealed", len(secret), MaxSize)
	}
	aead, id, err := k.key(true)
	if err != nil {
		return "", err
	}
	prefix := version + "." + id + "."
	return prefix + base64.RawURLEncoding.EncodeToString(aead.Seal(nil, nil, secret, []byte(prefix+purpose))), nil
}

// Open decrypts what was sealed for the same purpose.
func (k *Keeper) Open(purpose, sealed string) ([]byte, error) {
	form, rest, _ := strings.Cut(sealed, ".")
	sealedWith, text, whole := strings.Cut(rest, ".")
	if !whole {
		return nil, ErrDamaged
	}
	if form != version {
		return nil, fmt.Errorf("the secret was sealed in the form %.8q and this program knows %q: run the version of quell that sealed it, or a newer one", form, version)
	}
	aead, id, err := k.key(false)
	if err != nil {
		return nil, err
	}
	if sealedWith != id {
		return nil, fmt.Errorf("%w (%.16q, ours is %q): set secret.key to that key, or set the credentials anew", ErrOtherKey, sealedWith, id)
	}
	data, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || strings.ContainsAny(text, "\r\n") { // which the decoder skips
		return nil, ErrDamaged
	}
	secret, err := aead.Open(nil, nil, data, []byte(version+"."+id+"."+purpose))
	if err != nil {
		return nil, ErrDamaged
	}
	return secret, nil
}

// version is the form of what Seal returns: version "." fingerprint of the key "." nonce and ciphertext as base64.
const version = "q1"

// key returns the cipher in use, reading the file or, where a new key may be made, making it.
func (k *Keeper) key(make bool) (cipher.AEAD, string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.aead != nil {
		return k.aead, k.id, nil
	}
	if k.file == "" {
		return nil, "", fmt.Errorf("%w: set secret.key to %d random bytes, the same on all machines that share the database; make one with: openssl rand -hex %d", ErrNoKey, keySize, keySize)
	}
	key, err := readKey(k.file)
	if errors.Is(err, errNoFile) && make {
		key, err = makeKey(k.file)
	}
	if err == nil {
		err = k.use(key)
	}
	return k.aead, k.id, err
}

func (k *Keeper) use(key []byte) error {
	block, err := aes.NewCipher(key)
	if err != nil {
		return fmt.Errorf("the key for secrets: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return fmt.Errorf("the key for secrets: %w", err)
	}
	sum := sha256.Sum256(append([]byte("quell key for secrets\x00"), key...))
	k.aead, k.id = aead, hex.EncodeToString(sum[:4])
	return nil
}
