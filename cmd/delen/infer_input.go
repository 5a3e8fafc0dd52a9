package main

import (
	"errors"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"strings"

	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/actors/wire"
	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/stages/array"
	"github.com/delen-edge/delen/stages/audio"
	"github.com/delen-edge/delen/stages/picture"
)

// loadInputs reads a sample's files as what the tenant's model takes. The error of a file is a sampleError.
func loadInputs(s sample, tenant *wire.TenantInfo) ([]*wire.Tensor, error) {
	if s.inputs == nil {
		if len(tenant.GetInputs()) != 1 {
			return nil, fmt.Errorf("tenant %s takes %s: name a file for each, as INPUT=FILE", tenant.GetName(), inputsOf(tenant))
		}
		t, err := loadInput(s.path, tenant, tenant.GetInputs()[0])
		if err != nil {
			return nil, sampleError{err}
		}
		return []*wire.Tensor{t}, nil
	}
	var all []*wire.Tensor
	for _, in := range s.inputs {
		info, err := inputNamed(in.input, tenant)
		if err != nil {
			return nil, err
		}
		t, err := loadInput(in.path, tenant, info)
		if err != nil {
			return nil, sampleError{err}
		}
		all = append(all, t)
	}
	return all, nil
}

func inputNamed(name string, tenant *wire.TenantInfo) (*wire.TensorInfo, error) {
	for _, info := range tenant.GetInputs() {
		if info.GetName() == name {
			return info, nil
		}
	}
	return nil, fmt.Errorf("tenant %s has no input %q; it takes %s", tenant.GetName(), name, inputsOf(tenant))
}

// inputsOf lists what a tenant takes, each with its type and the shape of a row.
func inputsOf(tenant *wire.TenantInfo) string {
	var list []string
	for _, info := range tenant.GetInputs() {
		list = append(list, fmt.Sprintf("%s %s%v", info.GetName(), strings.ToLower(info.GetDtype().String()), info.GetShape()))
	}
	return strings.Join(list, ", ")
}

// loadInput reads a file as one input. Its name says whether it is a tensor, a recording or a picture, or else the tenant
// does, which takes recordings or pictures.
func loadInput(path string, tenant *wire.TenantInfo, info *wire.TensorInfo) (*wire.Tensor, error) {
	switch ext := strings.ToLower(filepath.Ext(path)); {
	case ext == ".npy", ext == ".bin", ext == ".raw":
		return loadTensor(path, info)
	case ext == ".wav", tenant.GetAudio() != nil && ext != ".png" && ext != ".jpg" && ext != ".jpeg":
		spec, err := client.AudioSpec(tenant)
		if err != nil {
			return nil, err
		}
		row, err := loadRecording(path, spec)
		return client.Float32s(info.GetName(), shapeOf(info), row), err
	default:
		spec, err := client.PictureSpec(tenant)
		if err != nil {
			return nil, err
		}
		row, err := loadPicture(path, spec)
		return client.Float32s(info.GetName(), spec.Shape(), row), err
	}
}

// shapeOf is the shape of one row of an input.
func shapeOf(info *wire.TensorInfo) []int64 { return append([]int64{1}, info.GetShape()...) }

// loadTensor reads a row as it is.
func loadTensor(path string, info *wire.TensorInfo) (*wire.Tensor, error) {
	want, err := stages.NewInfo(info.GetName(), stages.DType(info.GetDtype()), info.GetShape())
	if err != nil {
		return nil, err
	}
	data, err := readTensor(path, want)
	if err != nil {
		return nil, err
	}
	return &wire.Tensor{Name: info.GetName(), Dtype: info.GetDtype(), Shape: shapeOf(info), Data: data}, nil
}

// readTensor reads the bytes of a row from a .npy, or from a file that is nothing but those.
func readTensor(path string, want stages.Info) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	read := array.Raw
	if strings.ToLower(filepath.Ext(path)) == ".npy" {
		read = array.NPY
	}
	data, err := read(f, want)
	if err != nil {
		return nil, about(path, err)
	}
	return data, nil
}

// loadRecording reads a recording as a row of the model's input.
func loadRecording(path string, spec *audio.Spec) ([]float32, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	row, err := spec.Decode(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return row, nil
}

// loadPicture reads a picture as a row of the model's input.
func loadPicture(path string, spec *picture.Spec) ([]float32, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	img, err := picture.Decode(f)
	if errors.Is(err, png.FormatError("not a PNG file")) {
		return nil, fmt.Errorf("%s: not a PNG or JPEG picture; the name of a tensor ends in .npy, .bin or .raw", path)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return spec.Tensor(img), nil
}
