package main

import "testing"

func TestAHostAloneHasTheUsualPort(t *testing.T) {
	for address, want := range map[string]string{
		"localhost": "localhost:8090", "10.0.0.2": "10.0.0.2:8090", "[::1]": "[::1]:8090", "edge.example:99": "edge.example:99", "[::1]:1": "[::1]:1",
		"": "", "::1": "::1", // which is too many colons, and told
	} {
		if got := withPort(address); got != want {
			t.Errorf("%q becomes %q, want %q", address, got, want)
		}
	}
}
