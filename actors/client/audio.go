package client

import (
	"fmt"

	"github.com/delen-edge/delen/actors/wire"
	"github.com/delen-edge/delen/stages/audio"
)

// AudioSpec is how a recording becomes the input of a tenant's model; its tensor has the shape that the model says. A model
// whose configuration does not say how is an error.
func AudioSpec(t *wire.TenantInfo) (*audio.Spec, error) {
	a := t.GetAudio()
	if a == nil {
		if t.GetPicture() != nil {
			return nil, fmt.Errorf("tenant %s takes pictures, not recordings", t.GetName())
		}
		return nil, fmt.Errorf("tenant %s does not say how a recording becomes its input: give model %s an audio block, or send a tensor",
			t.GetName(), t.GetModel())
	}
	spec := &audio.Spec{Rate: int(a.GetRate()), Samples: int(a.GetSamples())}
	return spec, spec.Validate()
}
