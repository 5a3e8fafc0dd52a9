package config

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const secret = "open-sesame-0123"

// guarded loads a configuration with a file that holds a token.
func guarded(t *testing.T, content string, mode os.FileMode) (*Config, string) {
	t.Helper()
	dir := house(t)
	path := filepath.Join(dir, "admin.token")
	write(t, dir, "admin.token", []byte(content))
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	c, _, report := loadText(t, dir, `node "n" { admin_token_file = "admin.token" }
model "m" { path = "tiny.onnx" }
tenant "a" {}
`)
	return c, report
}

func TestTheTokenIsReadAndNotKept(t *testing.T) {
	c, report := guarded(t, secret+"\r\n", 0o600)
	if report != "" || !c.Node.Token.Given() || !c.Node.Token.Is(secret) {
		t.Fatal(report)
	}
	for _, other := range []string{"", secret + "\n", secret[1:], strings.ToUpper(secret)} {
		if c.Node.Token.Is(other) || (Token{}).Is(other) {
			t.Errorf("%q is the token", other)
		}
	}
	text, err := json.Marshal(c.Node)
	if err != nil {
		t.Fatal(err)
	}
	for _, shown := range []string{string(text), fmt.Sprintf("%v %+v %#v", c.Node, c.Node, *c)} {
		if strings.Contains(shown, secret) || strings.Contains(shown, secret[:8]) {
			t.Errorf("the token is shown: %s", shown)
		}
	}
}

func TestATokenThatIsNoneIsNotRepeated(t *testing.T) {
	for name, test := range map[string]struct {
		content string
		mode    os.FileMode
		want    string
	}{
		"short":    {secret[1:], 0o600, "a token has 16 to 256 characters"},
		"empty":    {"", 0o600, "a token has 16 to 256 characters"},
		"long":     {strings.Repeat(secret, 17), 0o600, "a token has 16 to 256 characters"},
		"words":    {"open sesame 012345", 0o600, "a token is one word"},
		"lines":    {secret + "\n" + secret, 0o600, "a token is one word"},
		"no ASCII": {"öpen-sesame-01234", 0o600, "a token is one word"},
		"huge":     {strings.Repeat(secret, 1<<10), 0o600, "larger than 4 KiB"},
		"open":     {secret, 0o644, "Warning: Token that others can read"},
	} {
		_, report := guarded(t, test.content, test.mode)
		if !strings.Contains(report, test.want) || strings.Contains(report, "sesame") {
			t.Errorf("%s:\n%s", name, report)
		}
	}
}

// A token that is known to somebody who should not have it is replaced without a restart.
func TestTheTokenChangesWhileTheNodeRuns(t *testing.T) {
	from, to := edited(t), edited(t)
	to.Node.TokenFile, to.Node.Token = "admin.token", newToken(secret)
	if change, err := Compare(from, to); err != nil || change.Rules || len(change.Changed) > 0 {
		t.Errorf("%+v, %v", change, err)
	}
}
