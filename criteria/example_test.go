package criteria_test

import (
	"fmt"
	"os"

	"github.com/hashicorp/hcl/v2"

	"github.com/delen-edge/delen/criteria"
)

func Example() {
	const exits = 4
	have := criteria.Of(criteria.Confidence, criteria.ResponseTime, criteria.Exit)
	c, diags := criteria.Parse("confidence >= 0.9 || response_time > 20*ms", exits, have)
	if diags.HasErrors() {
		fmt.Println(diags)
		return
	}
	seen := criteria.Unknown()
	seen[criteria.Exit] = 1
	seen[criteria.ResponseTime] = 0.008
	seen[criteria.Confidence] = 0.62
	fmt.Println(c.Stop(&seen))

	seen[criteria.Exit] = 2
	seen[criteria.ResponseTime] = 0.013
	seen[criteria.Confidence] = 0.93
	fmt.Println(c.Stop(&seen))
	// Output:
	// false
	// true
}

func ExampleParse_mistake() {
	const src = "confidence >= 90 || response_time > 20"
	_, diags := criteria.Parse(src, 4, criteria.All())
	files := map[string]*hcl.File{criteria.SourceName: {Bytes: []byte(src)}}
	if err := hcl.NewDiagnosticTextWriter(os.Stdout, files, 78, false).WriteDiagnostics(diags); err != nil {
		fmt.Println(err)
	}
	// Output:
	// Error: Not a fraction
	//
	//   on criterion line 1:
	//    1: confidence >= 90 || response_time > 20
	//
	// confidence is a fraction between 0 and 1: did you mean 0.9?
	//
	// Error: Missing unit
	//
	//   on criterion line 1:
	//    1: confidence >= 90 || response_time > 20
	//
	// response_time is a time: write 20*us, 20*ms or 20*s.
}

func ExampleThresholds() {
	fmt.Println(criteria.Thresholds([]float64{0.97, 2, 0.8, 0}))
	// Output:
	// [confidence >= 0.97, false, confidence >= 0.8, true]
}
