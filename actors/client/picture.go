package client

import (
	"fmt"

	"github.com/delen-edge/delen/actors/wire"
	"github.com/delen-edge/delen/stages/picture"
)

// PictureSpec is how a picture becomes the input of a tenant's model. A model whose configuration does not say that is an
// error.
func PictureSpec(t *wire.TenantInfo) (*picture.Spec, error) {
	p := t.GetPicture()
	if p == nil {
		if t.GetAudio() != nil {
			return nil, fmt.Errorf("tenant %s takes recordings, not pictures", t.GetName())
		}
		return nil, fmt.Errorf("tenant %s does not say how a picture becomes its input: give model %s an input block, or send a tensor",
			t.GetName(), t.GetModel())
	}
	spec := &picture.Spec{
		Layout: p.GetLayout().String(), Color: picture.Gray, Height: int(p.GetHeight()), Width: int(p.GetWidth()), Mean: p.GetMean(), Std: p.GetStd(),
	}
	if p.GetColor() == wire.Color_RGB {
		spec.Color = picture.RGB
	}
	return spec, spec.Validate()
}
