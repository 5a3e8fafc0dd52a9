package event

import "time"

// NodeReady says that the door is open: models are loaded and warm, and the first request is as fast as the next. Send
// requests from now on.
type NodeReady struct {
	Vocabulary int           // version of these events: [Version]
	Address    string        // host:port where apps reach the node
	After      time.Duration // since the start
	Slots      int           // how many segments run at once
	Models     int           // how many are loaded
	Tenants    int           // how many are served
}

func (NodeReady) kind() kind { return kind{"node.ready", info, always} }

// NodeLoading says that loading the models takes long, and how far it is: after a second, and then after twice as long each
// time.
type NodeLoading struct {
	Loaded  int           // models that are loaded and warm
	Models  int           // how many there are
	Waiting []string      // names of those that are not
	After   time.Duration // since loading began
}

func (NodeLoading) kind() kind { return kind{"node.loading", info, always} }

// NodeFailed says that the node could not start. The process ends; the error says what to do.
type NodeFailed struct {
	Error error // the first thing that was wrong, and where
}

func (NodeFailed) kind() kind { return kind{"node.failed", fail, always} }

// NodeStopping says that a signal has ended admission. What is in the house may end until the grace is over; send new
// requests elsewhere.
type NodeStopping struct{}

func (NodeStopping) kind() kind { return kind{"node.stopping", info, always} }

// NodeStopped says that everything is released, except for what the error names. It is the last event of a node.
type NodeStopped struct {
	After time.Duration // since the start
	Error error         // what could not be released, and why
}

func (NodeStopped) kind() kind { return kind{"node.stopped", info, always} }

// RuntimeLoaded says that ONNX Runtime is there, and has the provider that the configuration asks for. Check here which
// library a node has found.
type RuntimeLoaded struct {
	Library  string // path of the library
	Version  string // what the library calls itself
	Provider string // what executes the models' operators
}

func (RuntimeLoaded) kind() kind { return kind{"runtime.loaded", info, always} }

// ProfileForeign says that a model's profile was measured under other conditions than those of this node: on another machine,
// or with another provider, number of threads or runtime. Its accuracies may hold, its times and energies do not.
// Measure the model here with delen profile.
type ProfileForeign struct {
	Model       string   // its name in the configuration
	Differences []string // in what: the profile's, and not this node's
}

func (ProfileForeign) kind() kind { return kind{"profile.foreign", warn, always} }

// ModelLoaded says that a model is split, loaded and warm. Compare the segments with the model's profile: on a machine
// that is busy or throttled they take longer.
type ModelLoaded struct {
	Model     string          // its name in the configuration
	Exits     []string        // names of its exits, the first to the last
	Segments  []time.Duration // median of a warm run of each segment
	Rows      []int           // for how many requests a run of each segment may be
	Instances int             // stages of each segment, one for each slot
	After     time.Duration   // how long loading took
}

func (ModelLoaded) kind() kind { return kind{"model.loaded", info, always} }

// ModelUnbatched says that every run of a model is for one request, although its profile says that more would pay: what a
// request gets must not depend on the others in a run. Export the model so that it computes each row by itself.
type ModelUnbatched struct {
	Model string // its name in the configuration
	Error error  // what rows do to each other
}

func (ModelUnbatched) kind() kind { return kind{"model.unbatched", warn, always} }
