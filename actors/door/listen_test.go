package door

import (
	"net"
	"strings"
	"testing"
)

// What cannot be listened on is found without listening, and what can be is left alone.
func TestAddressesAreChecked(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, port, _ := net.SplitHostPort(taken.Addr().String())
	for listen, want := range map[string]string{
		taken.Addr().String(): "another node may be running",
		"0.0.0.0:" + port:     "another node may be running",
		"127.0.0.1:99999":     "invalid port",
		"127.0.0.1:http-ish":  "unknown port",
		"127.0.0.1":           "missing port",
		"192.0.2.1:8090":      "cannot assign requested address",
		"127.0.0.1:0":         "",
	} {
		err := CheckListen(listen)
		if want == "" && err != nil || want != "" && (err == nil || !strings.HasPrefix(err.Error(), "cannot listen on "+listen) || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", listen, err, want)
		}
	}
	taken.Close()
	if err := CheckListen(taken.Addr().String()); err != nil {
		t.Error(err)
	}
}
