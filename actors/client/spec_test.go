package client_test

import (
	"testing"

	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/actors/wire"
	"github.com/delen-edge/delen/stages/audio"
)

// What a node says of a tenant's input is a spec that can be worked with, or an error.
func TestAudioSpecIsValidOrAnError(t *testing.T) {
	for _, c := range []struct {
		says *wire.Audio
		want string // the error
	}{
		{&wire.Audio{Rate: 16000, Samples: 16000}, ""},
		{nil, "tenant ear does not say how a recording becomes its input: give model speech an audio block, or send a tensor"},
		{&wire.Audio{}, "the rate is 0 Hz: it must be between 1000 and 384000"},
		{&wire.Audio{Rate: 16000, Samples: 1 << 31}, "a row has 2147483648 samples: it must have at least 1, and last 1m0s at most at 16000 Hz"},
	} {
		spec, err := client.AudioSpec(&wire.TenantInfo{Name: "ear", Model: "speech", Audio: c.says})
		if c.want == "" && (err != nil || *spec != audio.Spec{Rate: 16000, Samples: 16000}) || c.want != "" && (err == nil || err.Error() != c.want) {
			t.Errorf("%v gives %+v, %v; want %q", c.says, spec, err, c.want)
		}
	}
}
