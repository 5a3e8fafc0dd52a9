// Package door is what stands between a remote peer and the actors of this process. Proto.Actor's remoting trusts its
// peers: any of them may send any message, a system message that kills an actor included, to any local name, as much as the
// memory holds, and a message with a bad index takes the process down. The door lets pass only what is known to be harmless,
// and only as fast as it is dealt with.
//
// The first law: nothing reaches an actor but an [Arrival], whose body is one of the types that the owner allows, at one of
// the targets that the owner allows, with a sender that can be answered where one is needed. Everything else is dropped and
// reported, and does not disturb what came beside it in the same batch.
//
// The second law: memory is bounded before the first mailbox. Every arrival is on a payer's account, with about the bytes
// that it takes in memory, until somebody calls its Done. Before the door reads the next batch of a stream it waits until
// no payer that the stream has messages of exceeds its budget. So no more is in the house than the budgets and a batch of
// each stream, and one payer's flood holds up nobody else's streams. A stream that carries the messages of several payers
// waits for the slowest of them: an app that does not want that uses a client for each tenant. What waits stays with the
// peer, but for a small window: gRPC stops its sending.
//
// The third law: who cannot be answered is told so, at the handshake, and its owner is told when it is gone. Answers go over
// a connection of their own, so the door dials the address that a peer names before it lets it in.
//
// It works in two places. A gRPC interceptor sees each batch before the remoting does, checks its shape, drops envelopes,
// decodes their bodies, waits, and recovers from panics. A body that cannot be decoded becomes an Arrival with an error
// instead of the end of the peer's stream. A serializer of our own then gives the remoting the arrivals, in exchange for
// tickets that stand in the place of the bodies; what the remoting drops is off its account with the next batch.
package door
