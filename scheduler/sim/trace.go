package sim

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"
)

// ReadTrace reads the requests in the CSV file at path: of each when it comes, in s; perhaps the number of its sample, from 0
// and below samples unless that is 0; and perhaps how many s each of the segments runs for it. A first line whose first
// column has no digit is a heading: what is meant as a number and is none, is not taken for one. The error names the file and
// the line.
func ReadTrace(path string, samples, segments int) ([]Request, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return parseTrace(f, path, samples, segments)
}

func parseTrace(f io.Reader, path string, samples, segments int) ([]Request, error) {
	text := bufio.NewReader(f)
	if mark, err := text.Peek(len(byteOrderMark)); err == nil && string(mark) == byteOrderMark {
		_, _ = text.Discard(len(byteOrderMark)) // it has been read
	}
	r := csv.NewReader(text)
	r.FieldsPerRecord = -1
	r.ReuseRecord = true
	r.TrimLeadingSpace = true
	r.Comment = '#'
	var all []Request
	for first := true; ; first = false {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if first && !strings.ContainsAny(row[0], "0123456789") {
			continue
		}
		for i := range row {
			row[i] = strings.TrimSpace(row[i])
		}
		q, err := parseRequest(row, samples, segments)
		if err == nil && len(all) > 0 && q.At < all[len(all)-1].At {
			err = fmt.Errorf("%s s is before the time of the request above: sort the requests by time", row[0])
		}
		if err != nil {
			line, _ := r.FieldPos(0)
			return nil, fmt.Errorf("%s: line %d: %w", path, line, err)
		}
		all = append(all, q)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s: there is no request: write a line for each, with the seconds from the start", path)
	}
	return all, nil
}

// byteOrderMark is what some programs begin a text in UTF-8 with.
const byteOrderMark = "\ufeff"

func parseRequest(row []string, samples, segments int) (Request, error) {
	q := Request{Sample: -1}
	for _, text := range row {
		if strings.ContainsAny(text, ";\t") {
			return q, fmt.Errorf("%q is not one column: columns are separated by commas, and decimals are written with a point", text)
		}
	}
	if len(row) > 2 && len(row) != 2+segments {
		return q, fmt.Errorf("there are %d columns: write the time, perhaps the sample, and perhaps a time for each of the %d segments", len(row), segments)
	}
	var err error
	if q.At, err = parseSeconds(row[0]); err != nil {
		return q, err
	}
	if len(row) > 1 && row[1] != "" {
		if q.Sample, err = strconv.Atoi(row[1]); err != nil || q.Sample < 0 || samples > 0 && q.Sample >= samples {
			return q, fmt.Errorf("%q is not the number of a sample: write one from 0 to %d, or nothing for any", row[1], max(samples-1, 0))
		}
	}
	for _, text := range row[min(2, len(row)):] {
		t, err := parseSeconds(text)
		if err != nil {
			return q, err
		}
		q.Takes = append(q.Takes, t)
	}
	return q, nil
}

// mostSeconds is a year, and a day of the next.
const mostSeconds = 366 * 24 * 3600

func parseSeconds(text string) (time.Duration, error) {
	s, err := strconv.ParseFloat(text, 64)
	if err != nil || !(s >= 0 && s <= mostSeconds) {
		return 0, fmt.Errorf("%q is not a time: write seconds from 0 to %d", text, mostSeconds)
	}
	return time.Duration(s * float64(time.Second)), nil
}
