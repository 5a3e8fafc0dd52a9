// Package config reads the configuration of a node: HCL that names the models it
// serves and the tenants it serves them to, in a file or in all files of a folder.
//
//	node "edge" {
//	  listen = "127.0.0.1:8090"
//	}
//	model "glyphs" {
//	  path    = "glyphs/model.onnx"
//	  profile = "glyphs/profile.json"
//	}
//	tenant "door-camera" {
//	  share     = 2
//	  exit_when = confidence >= 0.9 || response_time > 20*ms
//	}
//
// The laws of the package:
//
//   - Every mistake is reported in one go, at its file, line and column, and says
//     what to write. That includes syntax: what cannot be parsed is cut into
//     pieces, and those that are right are read. What follows from a mistake is not
//     reported.
//   - Nothing is silently completed, corrected or ignored: an unknown name is an
//     error, and so is a metric in a criterion that nothing can supply.
//   - What Load returns without an error can be served: models are readable and
//     cut at exits that exist, profiles are of those very models.
//   - A value that comes from the environment is in no diagnostic; see Written.
//   - No user input panics.
//
// Each block type has a file of its own: its struct, its decode function, and at
// the bottom its schema, from which decoding, messages and docs/configuration.md
// take what they say. Loading reads the whole graph of a model to check it, but
// keeps only its outline.
package config
