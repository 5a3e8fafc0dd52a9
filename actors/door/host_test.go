package door

import (
	"context"
	"log/slog"
	"net"
	"strings"
	"testing"

	from "google.golang.org/grpc/peer"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// A machine cannot pass for many by taking addresses that cost it nothing.
func TestAHostIsOneWhateverAddressItTakes(t *testing.T) {
	for address, want := range map[string]string{
		"127.0.0.1:9": "localhost", "127.9.9.9:1": "localhost", "[::1]:9": "localhost", "[::ffff:127.0.0.1]:9": "localhost",
		"192.0.2.7:9": "192.0.2.7", "192.0.2.7:10": "192.0.2.7", "[::ffff:192.0.2.7]:9": "192.0.2.7", "192.0.2.8:9": "192.0.2.8",
		"[2001:db8:1:2:3::4]:9": "2001:db8:1:2::/64", "[2001:db8:1:2::99]:9": "2001:db8:1:2::/64", "[2001:db8:1:3::99]:9": "2001:db8:1:3::/64",
	} {
		at, err := net.ResolveTCPAddr("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		if got := hostOf(from.NewContext(context.Background(), &from.Peer{Addr: at})); got != want {
			t.Errorf("%s is on %s, want %s", address, got, want)
		}
	}
	if got := hostOf(from.NewContext(context.Background(), &from.Peer{Addr: &net.UnixAddr{Name: "@", Net: "unix"}})); got != "@" {
		t.Errorf("a socket is on %s", got)
	}
	if got := hostOf(context.Background()); got != "" {
		t.Errorf("nobody is on %s", got)
	}
}

// The library logs what reaches nobody.
func TestALogHasNothingOfWhatHasArrived(t *testing.T) {
	var b strings.Builder
	slog.New(slog.NewJSONHandler(&b, nil)).Info("lost", slog.Any("message", &Arrival{Body: wrapperspb.String("sesame")}))
	if got := b.String(); strings.Contains(got, "sesame") || !strings.Contains(got, `"message":"*wrapperspb.StringValue"`) {
		t.Error(got)
	}
}
