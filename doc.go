// Package delen is the map of the house, and holds no code.
//
// Dělen serves multi-exit neural networks to several applications that share one
// small machine. A request runs one segment of the network at a time. After every
// segment there is an answer, and somebody decides: is this answer good enough,
// or is the next segment worth its time and energy? Dělen is the machinery that
// makes that decision well, for each application's own goal.
//
// # The house
//
// A package imports only what stands above it here; a test reads this list and
// keeps it so.
//
//	internal/heap     a binary heap whose items know where they lie
//	internal/limits   what of the machine this process may use: affinity mask, control groups
//	criteria          the language of stopping: metrics, units, criteria; parse, check, compile
//	power             what there is to read of the machine's power and heat: rails, counters, batteries, zones
//	stages            tensors, segments, models, and Runner: what executes one segment
//	stages/graph      reads an ONNX graph, finds its exits, splits it, counts FLOPs; needs no runtime
//	stages/onnx       Runner on ONNX Runtime
//	stages/picture    how a picture becomes a tensor
//	stages/audio      how a recording becomes a tensor
//	stages/array      a tensor in a file: NumPy's .npy, or bare bytes
//	stages/profile    what each exit costs and yields on a device: the file and its numbers
//	stages/modelled   Runner that takes a profile's time and says what its outcomes say
//	tenants           guests of the machine: the ticket, admission, the account; pure
//	scheduler         who runs next, stop or go on: Step(now, event) -> effects; pure
//	scheduler/planner an operating point for every tenant, for each alone or for all together; pure
//	scheduler/sim     the same cores on a virtual clock: hours of requests in seconds; pure
//	config            the HCL file, with diagnostics that point into it
//	actors/wire       the protobuf contract that apps speak
//	actors/event      the vocabulary of the log: every event, its fields, what is sampled
//	actors/door       what a remote peer may reach
//	actors            the running system: thin shells around the cores, supervision
//	actors/client     the Go library for apps
//	internal/chart    lines and marks in a plane, as an SVG
//	cmd/delen         the program: one subcommand, one file
//	examples          ready configurations, apps, models with their profiles and their training
//	bench             what exits bring against servers that have none: a Node server, a bare Go server
//	internal/sketch   for tests: ONNX models written as text
//	internal/patience for tests: how long one waits for what must come
//	internal/trials   for tests: how much one tries, in full or with -short
//	internal/apart    for tests: one that runs in a process of its own
//	internal/native   for tests: shared libraries made from C, in place of those of hardware
//	internal/ratio    for benchmarks: two ways to do the same work, compared in one run
//	internal/proc     for tests: the memory and the files that a process has
//	internal/examples for tests: the examples, with as much evidence as there is time for
//
// # One request
//
//	app               --wire--> door --> tenant actor --Offer--> scheduler actor --Run--> stage actor (segment 1)
//	                                                   ^                        |
//	                                                   +------- Exited ---------+
//	                                 criterion true / last exit / deadline: End --> tenant actor --wire--> app
//	                                 otherwise: back into the queue, for the next stage
//
// The door lets in only what is allowed and well formed, and notes when it came.
// The tenant checks it against the model and admits it as a ticket, or refuses it
// and says why. The scheduler holds the only queues: when a slot is free it picks
// the tenant by fair queueing and gives one ticket to a stage. The stage runs its
// segment and reduces the exit's output to a reading: confidence, entropy,
// margin, predicted class. The scheduler adds time and energy, asks the ticket's
// criterion, and either ends the ticket or queues it for the next segment. The
// tenant answers, and charges its account.
//
// Every admitted ticket ends exactly once, and the last exit always answers.
//
// # Pure cores, thin shells
//
// Every decision is made by plain single-threaded code that is handed the time.
// An actor only turns messages into events and effects into messages. So policy
// is tested without clocks, goroutines or actors, and a recorded run replays to
// the same decisions.
//
// # Where to start
//
// Run make demo, then read criteria for the language, scheduler for the policy
// and actors/wire for what an app says. Words that recur: an exit is an output
// that can serve as the answer, exits count from 1; a segment is the part of the
// graph between two exits; a stage is a running segment; a ticket is one request
// on its way through the house; a slot is room for one segment to execute.
package delen
