package onnx

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/delen-edge/delen/internal/limits"
	"github.com/delen-edge/delen/stages/graph"
)

// ErrTooLarge is the error of Load when the machine has not got the memory that a model needs.
var ErrTooLarge = errors.New("the model needs more memory than the machine has available")

// perSession is what a session takes besides weights and tensors. Measured: .1 MB for segments of a few operators, .75 MB for
// those of the glyphs model, whose packed weights are padded.
const perSession = 1 << 20

// afford refuses a model that does not fit, before the system ends the process, or another one, for it.
//
// What a model needs is estimated: its weights once, packed for the runtime's kernels (the originals stay in the page cache,
// which the system takes back when it must), the tensors of the tickets that run at a time, and what a session takes. What
// operators hold within a segment is not known beforehand; it is small beside the weights of all but the widest networks.
// There are have bytes.
func (m *Model) afford(split *graph.Split, have int64) error {
	weights, carries, need := m.need(split)
	if need > have {
		return fmt.Errorf("%w: about %s (weights %s, tensors of running requests %s) against %s; free some, lower the limit of what else "+
			"runs, or export a smaller or quantised model", ErrTooLarge, mebibytes(need), mebibytes(weights), mebibytes(carries), mebibytes(have))
	}
	return nil
}

// need is what a model takes in bytes: the parts that a user can do something about, and all of it.
func (m *Model) need(split *graph.Split) (weights, carries, all int64) {
	for _, s := range split.Segments {
		weights += s.Weights
	}
	carries = int64(max(m.config.Carries, 1)) * int64(m.pool.layout.Bytes)
	return weights, carries, weights + carries + int64(len(split.Segments))*perSession
}

func mebibytes(n int64) string { return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20)) }

// Spare is how much more memory this process can take, in bytes: what the kernel says is available, or less where a control
// group limits this process. It is math.MaxInt64 where nobody says. The root is the file system's, "/".
func Spare(root string) int64 {
	least := int64(math.MaxInt64)
	if n, ok := field(filepath.Join(root, "proc/meminfo"), "MemAvailable:"); ok {
		least = n << 10
	}
	return min(least, limits.SpareMemory(os.DirFS(root)))
}

// field reads a number that stands behind a name at the start of a line.
func field(path, name string) (int64, bool) {
	data, err := os.ReadFile(path)
	if err != nil {
		return 0, false
	}
	for lines := bufio.NewScanner(bytes.NewReader(data)); lines.Scan(); {
		words := strings.Fields(lines.Text())
		if len(words) >= 2 && words[0] == name {
			n, err := strconv.ParseInt(words[1], 10, 64)
			return n, err == nil
		}
	}
	return 0, false
}
