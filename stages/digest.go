package stages

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
)

// Digest names a model by its files, as a profile does: the SHA-256 of the file in lower-case hex, or of several files'
// digests, a line each.
func Digest(paths ...string) (string, error) {
	if len(paths) == 1 {
		return digest(paths[0])
	}
	h := sha256.New()
	for _, path := range paths {
		d, err := digest(path)
		if err != nil {
			return "", err
		}
		io.WriteString(h, d+"\n")
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func digest(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
