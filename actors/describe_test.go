package actors_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/delen-edge/delen/actors/wire"
)

// However much there is to tell of the tenants, apps connect: of all tenants together less is told than an app reads.
func TestManyTenantsWithManyLabelsAreDescribed(t *testing.T) {
	if alone(t) {
		return
	}
	const tenants, appReads = 64, 4 << 20
	model, err := filepath.Abs(filepath.Join(glyphs, "model.onnx"))
	if err != nil {
		t.Fatal(err)
	}
	var labels, blocks strings.Builder
	for class := range 36 {
		fmt.Fprintf(&labels, "%d%s\n", class, strings.Repeat("x", 2000))
	}
	file := filepath.Join(t.TempDir(), "labels.txt")
	if err := os.WriteFile(file, []byte(labels.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	for i := range tenants {
		fmt.Fprintf(&blocks, "tenant \"t%d\" {\n  model = \"wordy\"\n}\n", i)
	}
	if tenants*labels.Len() < appReads {
		t.Fatal("there is too little to tell")
	}
	n := start(t, options{tenants: fmt.Sprintf("model \"wordy\" {\n  path = %q\n  labels = %q\n}\n%s", model, file, blocks.String())})
	cl := n.dial()
	one, err := cl.Tenant(patiently(t), "t0")
	if err != nil || len(one.GetLabels()) != 36 {
		t.Errorf("one tenant has %d labels, %v", len(one.GetLabels()), err)
	}
	all, err := cl.Tenants(patiently(t))
	if err != nil || len(all) != tenants {
		t.Fatalf("there are %d tenants, %v", len(all), err)
	}
	if one.Labels = nil; !proto.Equal(all[0], one) {
		t.Errorf("of all %v is told, of one %v", all[0], one)
	}
	p := newPeer(t, n.address)
	p.say(&wire.Describe{Id: p.id(), WithoutTenants: true})
	if d, ok := p.next().(*wire.Description); !ok || len(d.GetTenants()) > 0 || d.GetNode() != "test" || d.GetNowNs() == 0 || d.GetMaxMessageBytes() == 0 {
		t.Errorf("without tenants the node describes %v", d)
	}
	p.say(&wire.Describe{Id: p.id()})
	if d, ok := p.next().(*wire.Description); !ok || len(d.GetTenants()) != tenants || proto.Size(d) > appReads {
		t.Errorf("an app that asks as ever gets %d bytes", proto.Size(d))
	}
}
