package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/delen-edge/delen/bench/bare"
)

// httpAsk sends inputs to an HTTP server, over as many connections as there are callers.
func httpAsk(url string, connections int) asker {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: connections, DisableCompression: true}}
	return func(ctx context.Context, _ int, s *sample) (int, int, error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(s.tensor.Data))
		if err != nil {
			return 0, 0, err
		}
		request.Header.Set("Content-Type", "application/octet-stream")
		response, err := client.Do(request)
		if err != nil {
			return 0, 0, err
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body) // to its end, or the connection would not serve again
		if err != nil {
			return 0, 0, err
		}
		if response.StatusCode != http.StatusOK {
			return 0, 0, fmt.Errorf("%s: %s", response.Status, body)
		}
		var a bare.Answer
		err = json.Unmarshal(body, &a)
		return a.Class, 0, err
	}
}
