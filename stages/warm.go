package stages

import (
	"fmt"
	"slices"
	"time"
)

// Warm sends zeros through a chain of runners, one for each segment of a backend's model, and gives the median busy time
// of each segment. After it a run is as fast as the next one: a node is not ready before.
func Warm(b Backend, chain []Runner, rounds int) ([]time.Duration, error) {
	c, err := b.Alloc()
	if err != nil {
		return nil, err
	}
	defer b.Free(c)
	for _, i := range b.Model().Inputs {
		clear(c.Tensors[i].Data)
		clear(c.Tensors[i].Padding)
	}
	times := make([][]time.Duration, len(chain))
	for range rounds {
		for s, r := range chain {
			used, err := r.Run(c)
			if err != nil {
				return nil, fmt.Errorf("the first run of segment %d of model %s: %w", s+1, b.Model().Name, err)
			}
			times[s] = append(times[s], used.Busy)
		}
	}
	medians := make([]time.Duration, len(chain))
	for s := range times {
		slices.Sort(times[s])
		medians[s] = times[s][rounds/2]
	}
	return medians, nil
}
