package config

import "testing"

func TestSentenceKeepsNames(t *testing.T) {
	for s, want := range map[string]string{
		"the file lab is empty":             "The file lab is empty.",
		"lab: exit 1 has no name":           "lab: exit 1 has no name.",
		"two.txt is larger than 4 KiB":      "two.txt is larger than 4 KiB.",
		"exit 1 is \"a\" in the profile":    "Exit 1 is \"a\" in the profile.",
		"there is no such exit; is it new?": "There is no such exit; is it new?",
	} {
		if got := sentence(s); got != want {
			t.Errorf("sentence(%q) = %q, want %q", s, got, want)
		}
	}
}
