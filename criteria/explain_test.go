package criteria

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

func ExampleExplain() {
	const src = "confidense > 0.9 || response_time > 20"
	_, diags := Parse(src, 4, All())
	fmt.Println(Explain(src, diags))
	// Output:
	// Unknown name: There is no confidense here. Did you mean confidence?
	//   confidense > 0.9 || response_time > 20
	//   ^^^^^^^^^^
	// Missing unit: response_time is a time: write 20*us, 20*ms or 20*s.
	//   confidense > 0.9 || response_time > 20
	//                                       ^^
}

// Whatever the source, an explanation is short, printable, and points at something.
func TestAnExplanationIsBounded(t *testing.T) {
	for _, src := range []string{
		"", "\n\n\n", "confidence >", strings.Repeat("x", 4096), strings.Repeat("(", 4096), strings.Repeat("é", 2000), "\x00\x1b[31m",
		"confidence >\n0.9 &&\nfoo", strings.Repeat("foo || ", 500) + "foo", strings.Repeat(" ", 4000) + "foo", "\xff\xfe", strings.Repeat("y", 9999),
	} {
		_, diags := Parse(src, 4, All())
		e := Explain(src, diags)
		if e == "" || len(e) > 4096 || !utf8.ValidString(e) || strings.ContainsAny(e, "\x00\x1b") {
			t.Errorf("%.40q is explained with %d bytes: %q", src, len(e), e)
		}
		lines := strings.Split(e, "\n")
		for i, line := range lines {
			if trimmed := strings.Trim(line, " "); trimmed != "" && strings.Trim(trimmed, "^") == "" {
				if source := []rune(lines[i-1]); len([]rune(line)) > max(len(source)+1, 3) {
					t.Errorf("%.40q: the carets stand beyond the line:\n%s", src, e)
				}
			}
		}
	}
}
