package criteria

import (
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// A dimension is what kind of quantity a constant is.
type dimension uint8

const (
	number dimension = iota
	duration
	energy
	work
)

// String names the dimension, with its article.
func (d dimension) String() string {
	return [...]string{"a plain number", "a time", "an energy", "an amount of computation"}[d]
}

// A unit is a constant to multiply with. Its size in s, J or FLOPs is coefficient * 10^exponent.
type unit struct {
	name        string
	dimension   dimension
	coefficient string
	exponent    int
}

// units ascend within a dimension, so that canonical source finds the largest one that fits.
var units = []unit{
	{"us", duration, "1", -6},
	{"ms", duration, "1", -3},
	{"s", duration, "1", 0},
	{"uJ", energy, "1", -6},
	{"mJ", energy, "1", -3},
	{"J", energy, "1", 0},
	{"mWh", energy, "3.6", 0},
	{"MFLOPs", work, "1", 6},
	{"GFLOPs", work, "1", 9},
}

// decimal reports whether the unit is a power of ten: only those appear in canonical source.
func (u unit) decimal() bool { return u.coefficient == "1" }

// unitNamed returns one unit's worth of the unit that the language knows by name.
func unitNamed(name string) (quantity, bool) {
	for _, u := range units {
		if u.name == name {
			return quantity{exact(u.coefficient + "e" + strconv.Itoa(u.exponent)), u.dimension}, true
		}
	}
	return quantity{}, false
}

// unitNames returns the names of the units of the given dimensions, or of all of them, in their order.
func unitNames(of ...dimension) []string {
	var names []string
	for _, u := range units {
		if len(of) == 0 || slices.Contains(of, u.dimension) {
			names = append(names, u.name)
		}
	}
	return names
}

// Units returns the names of the units with what they measure, such as "a time", each kind in the order of size.
func Units() (names map[string][]string) {
	names = make(map[string][]string)
	for _, u := range units {
		names[u.dimension.String()] = append(names[u.dimension.String()], u.name)
	}
	return names
}

// precision, in bits, of constant arithmetic. It is that of HCL's own numbers: 35*ms is rounded once, at the end, and
// is therefore the very float64 that a clock reports for 35 ms. Multiplying float64s would give its neighbour.
const precision = 512

// A quantity is a constant during checking: a value in s, J, FLOPs or 1, and its dimension. The value is shared and
// never modified.
type quantity struct {
	value     *big.Float
	dimension dimension
}

// exact reads a decimal that is known to be well formed.
func exact(decimal string) *big.Float {
	f, _, _ := big.ParseFloat(decimal, 10, precision, big.ToNearestEven)
	return f
}

// round returns the nearest float64. There is one zero, not two, so that equal constants print alike.
func (q quantity) round() float64 {
	f, _ := q.value.Float64()
	return f + 0
}

// String returns canonical source for the constant as a criterion holds it.
func (q quantity) String() string { return constantSource(q.round(), q.dimension) }

// constantSource returns source for the finite v, in the largest unit of d in which it is at least 1. Units are
// powers of ten, so moving the decimal point of v's shortest decimal is exact: what is parsed back is v, bit by bit.
func constantSource(v float64, d dimension) string {
	digits, exponent, _ := strings.Cut(strconv.FormatFloat(v, 'e', -1, 64), "e")
	exp, _ := strconv.Atoi(exponent)
	if d == number {
		return decimalSource(digits, exp)
	}
	var in unit
	for _, u := range units {
		if u.dimension == d && u.decimal() && (in.name == "" || u.exponent <= exp) {
			in = u
		}
	}
	if v == 0 {
		return "0*" + in.name
	}
	return decimalSource(digits, exp-in.exponent) + "*" + in.name
}

// decimalSource writes digits ("-1.25") times 10^exp without an exponent where that is readable.
func decimalSource(digits string, exp int) string {
	if exp < -6 || exp > 15 {
		return digits + "e" + strconv.Itoa(exp)
	}
	sign := ""
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	digits = strings.Replace(digits, ".", "", 1)
	switch point := exp + 1; {
	case point <= 0:
		return sign + "0." + strings.Repeat("0", -point) + digits
	case point >= len(digits):
		return sign + digits + strings.Repeat("0", point-len(digits))
	default:
		return sign + digits[:point] + "." + digits[point:]
	}
}
