// Package config reads the configuration of a node: an HCL file that names the
// models it serves and the tenants it serves them to.
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
//   - Every mistake of a file is reported in one go, at its line and column, in
//     the order of the file, and says what to write. Only a file that is not HCL
//     at all is reported up to where it stops making sense.
//   - Nothing is silently completed, corrected or ignored: an unknown name is an
//     error, and so is a metric in a criterion that nothing can supply.
//   - What Load returns without an error can be served: models are readable and
//     cut at exits that exist, profiles are of those very models.
//   - No user input panics.
//
// Each block type has a file of its own: its struct, its decode function, and
// its schema at the bottom. Loading reads the whole graph of a model to check
// it, but keeps only its outline.
package config
