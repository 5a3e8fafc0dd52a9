package cuda

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// Device is one that the library can use.
type Device struct {
	Index  int
	Name   string
	Memory int64 // bytes it has, free or not
}

// The codes of a machine on which there is nothing to count.
const (
	oldDriver = 35  // cudaErrorInsufficientDriver: also when there is no driver
	noDevice  = 100 // cudaErrorNoDevice
)

// Devices lists the devices of this machine. That there are none is an error that says why.
func (l *Library) Devices() ([]Device, error) {
	var n int32
	code := l.count(&n)
	switch err := l.check("cudaGetDeviceCount", code); {
	case code == noDevice || err == nil && n == 0:
		return nil, fmt.Errorf("this machine has no CUDA device that %s may use (CUDA_VISIBLE_DEVICES may hide one)", l.Path)
	case err != nil:
		return nil, err
	}
	var all []Device
	for i := range n {
		d, err := l.device(i)
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return all, nil
}

// What is read of cudaDeviceProp. Its beginning is the same from CUDA 10 to 13: a name of 256 bytes, a UUID of 16, a LUID of
// 8 with a mask of 4, and after padding the memory. The whole is some 1000 bytes and grows: the room is generous.
const (
	propertiesRoom = 16 << 10
	nameBytes      = 256
	memoryOffset   = 288
)

func (l *Library) device(i int32) (Device, error) {
	properties := make([]byte, propertiesRoom)
	if err := l.check("cudaGetDeviceProperties", l.describe(&properties[0], i)); err != nil {
		return Device{}, err
	}
	name, _, _ := bytes.Cut(properties[:nameBytes], []byte{0})
	return Device{Index: int(i), Name: string(name), Memory: int64(binary.NativeEndian.Uint64(properties[memoryOffset:]))}, nil
}

// Versions are those of the library and of CUDA as the driver knows it, such as 12.4. Without a driver the library does not
// tell either.
func (l *Library) Versions() (runtime, driver string, err error) {
	var r, d int32
	if err := l.check("cudaRuntimeGetVersion", l.runtime(&r)); err != nil {
		return "", "", err
	}
	if err := l.check("cudaDriverGetVersion", l.driver(&d)); err != nil {
		return "", "", err
	}
	return version(r), version(d), nil
}

// version writes 12040 as 12.4.
func version(n int32) string { return fmt.Sprintf("%d.%d", n/1000, n%1000/10) }
