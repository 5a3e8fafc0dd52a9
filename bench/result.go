package main

import "slices"

// result is what the benchmark found. Its JSON form is stable: fields are added, not changed.
type result struct {
	Version   int      `json:"version"`
	Settings  settings `json:"settings"`
	Threads   int      `json:"threads"`
	Samples   int      `json:"samples"`
	Criterion string   `json:"criterion"`
	// TruncatedAt is the exit, counted from 1, whose FLOPs are nearest to the mean of what Dělen's answers took.
	TruncatedAt int       `json:"truncated_at"`
	MeanFLOPs   float64   `json:"mean_flops"`
	Contenders  []figures `json:"contenders"`
	// WayCPU is the CPU time that an answer of Dělen's process costs beyond one of the bare runtime: the way through
	// gRPC, protobuf and the actors, and the work between segments.
	WayCPU float64 `json:"way_cpu_seconds"`
}

// figures are those of one contender. Times are for each answer, and all are medians over the rounds.
type figures struct {
	Server    string  `json:"server"`
	Network   string  `json:"network"`
	Rate      float64 `json:"answers_per_second"`
	Exits     float64 `json:"delen_exits_ratio"` // how many times as many answers Dělen with exits gave in the same round
	Whole     float64 `json:"delen_whole_ratio"` // the same of Dělen with the whole network
	Accuracy  float64 `json:"accuracy"`
	ServerCPU float64 `json:"server_cpu_seconds"`
	ClientCPU float64 `json:"client_cpu_seconds"`
	Turns     []turn  `json:"turns"`
}

// The first contenders are Dělen with exits and with the whole network, the last one is the bare runtime.
const (
	delenExits = 0
	delenWhole = 1
)

func (c *comparison) result(criterion string, exit int, turns [][]turn) *result {
	r := &result{
		Version: 1, Settings: c.settings, Threads: threads, Samples: len(c.samples), Criterion: criterion,
		TruncatedAt: exit, MeanFLOPs: c.verdicts[delenExits].mean(c.flops),
	}
	for i, who := range c.contenders {
		r.Contenders = append(r.Contenders, figures{
			Server: who.server, Network: who.network, Turns: turns[i],
			Accuracy:  float64(c.verdicts[i].right) / float64(len(c.samples)),
			Rate:      over(turns[i], turn.rate),
			ServerCPU: over(turns[i], func(t turn) float64 { return t.ServerCPU / float64(t.Answers) }),
			ClientCPU: over(turns[i], func(t turn) float64 { return t.ClientCPU / float64(t.Answers) }),
			Exits:     against(turns[delenExits], turns[i]),
			Whole:     against(turns[delenWhole], turns[i]),
		})
	}
	r.WayCPU = r.Contenders[delenWhole].ServerCPU - r.Contenders[len(r.Contenders)-1].ClientCPU
	return r
}

// over is the median of what turns give.
func over(turns []turn, value func(turn) float64) float64 {
	var all []float64
	for _, t := range turns {
		all = append(all, value(t))
	}
	return median(all)
}

// against is the median of how many times as many answers one contender gave as another one in the same round.
func against(one, other []turn) float64 {
	var all []float64
	for i := range one {
		all = append(all, one[i].rate()/other[i].rate())
	}
	return median(all)
}

// median is the middle of values, or the mean of the two in the middle. It sorts them.
func median(values []float64) float64 {
	slices.Sort(values)
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}
