package config

import "testing"

func TestSizes(t *testing.T) {
	for text, want := range map[string]float64{
		"1B": 1, "1kB": 1000, "1KiB": 1024, "2MB": 2e6, "2MiB": 2 << 20, "1GB": 1e9, "1GiB": 1 << 30,
		"1.5 MiB": 3 << 19, "0.5GiB": 1 << 29, "007B": 7,
	} {
		if got, ok := parseSize(text); !ok || got != want {
			t.Errorf("%s: got %v, %v; want %v", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "B", "MiB", "12", "12 M", "-1MiB", "1e3MiB", "0x10B", "1_000B", "InfB", "NaNMiB", "1.2.3KiB", "1 MiB ", "1mib", "1TB"} {
		if got, ok := parseSize(text); ok {
			t.Errorf("%q is %v bytes", text, got)
		}
	}
}
