// Package door is what stands between a remote peer and the actors of this process. Proto.Actor's remoting trusts its
// peers: any of them may send any message, a system message that kills an actor included, to any local name, and a
// message with a bad index takes the process down. The door lets pass only what is known to be harmless.
//
// The law: nothing reaches an actor but an [Arrival], whose body is one of the types that the owner allows, at one of the
// targets that the owner allows, with a sender that can be answered where one is needed. Everything else is dropped and
// reported, and does not disturb what came beside it in the same batch.
//
// It works in two places. A gRPC interceptor sees each batch before the remoting does, checks its shape, drops envelopes
// and recovers from panics. A serializer of our own then decodes the bodies: it stamps the arrival, and a body that
// cannot be decoded becomes an Arrival with an error instead of the end of the peer's stream.
package door
