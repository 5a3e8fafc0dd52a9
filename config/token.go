package config

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"os"
	"strings"
)

// Token is the secret that an administrator of a node knows. Only its digest is
// kept, so there is nothing to print. The zero Token is none.
type Token struct{ digest *[sha256.Size]byte }

// newToken is the token of a text.
func newToken(text string) Token {
	sum := sha256.Sum256([]byte(text))
	return Token{&sum}
}

// Given reports whether there is a token.
func (t Token) Given() bool { return t.digest != nil }

// Is reports whether a text is the token. How long it takes tells nothing of the
// token, and is not much, whatever the text is.
func (t Token) Is(text string) bool {
	if len(text) > longestToken {
		return false
	}
	sum := sha256.Sum256([]byte(text))
	return t.digest != nil && subtle.ConstantTimeCompare(sum[:], t.digest[:]) == 1
}

// What a token has at the least and at the most, in bytes.
const (
	shortestToken = 16
	longestToken  = 256
)

// CheckToken says why a text is no token, if so. It does not repeat the text.
func CheckToken(text string) error {
	switch {
	case len(text) < shortestToken || len(text) > longestToken:
		return fmt.Errorf("a token has %d to %d characters: write for instance what openssl rand -hex 16 prints", shortestToken, longestToken)
	case strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }):
		return errors.New("a token is one word of letters from a to z, digits and signs: write for instance what openssl rand -hex 16 prints")
	}
	return nil
}

// ReadToken reads the token that a file holds, on one line.
func ReadToken(path string) (string, error) {
	src, err := readFile(path, 4<<10)
	if err != nil {
		return "", err
	}
	text := strings.TrimRight(string(src), "\r\n")
	if err := CheckToken(text); err != nil {
		return "", fmt.Errorf("the file %s holds no token: %w", path, err)
	}
	return text, nil
}

// token reads an attribute that names a file with a token.
func (b *block) token(name string) (path string, t Token) {
	path, ok := b.file(name)
	if !ok {
		return "", Token{}
	}
	text, err := ReadToken(path)
	if err != nil {
		b.failAt(name, "No token", "%s", b.cause(err, name))
		return "", Token{}
	}
	if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o007 != 0 {
		b.warnAt(name, "Token that others can read", "Every user of this machine can read the token, and administer the node with it. Take their rights away: chmod o= %s.", b.tell(name, path))
	}
	return path, newToken(text)
}
