package bare

import (
	"encoding/binary"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"sync"
)

// Handler answers POST requests whose body is an input's float32 values, little-endian, with an Answer in JSON.
func Handler(n *Network) http.Handler {
	size := 4 * n.values
	bodies := sync.Pool{New: func() any { return new(make([]byte, size)) }}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /{$}", func(w http.ResponseWriter, r *http.Request) {
		body := bodies.Get().(*[]byte)
		defer bodies.Put(body)
		if r.ContentLength != int64(size) {
			http.Error(w, "the body is not one input of the network", http.StatusBadRequest)
			return
		}
		if _, err := io.ReadFull(r.Body, *body); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		a, err := n.Run(func(input []float32) { decode(input, *body) })
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(a) // who has gone needs no answer
	})
	return mux
}

func decode(to []float32, body []byte) {
	for i := range to {
		to[i] = math.Float32frombits(binary.LittleEndian.Uint32(body[4*i:]))
	}
}
