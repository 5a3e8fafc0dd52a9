package planner

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/delen-edge/delen/internal/trials"
	"github.com/delen-edge/delen/scheduler"
)

// brute is the fewest tenants whose bounds a plan can break, and the best sum of utilities then, found by trying all combinations.
func brute(s *Situation, p *Plan) (unkept int, utility float64, ok bool) {
	total := 0.0
	for _, t := range s.Tenants {
		total += t.Weight
	}
	unkept, utility = math.MaxInt, -1
	var try func(i, lost int, sum, busy, energy float64)
	try = func(i, lost int, sum, busy, energy float64) {
		if busy > Most*float64(s.Slots)*(1+1e-9) || energy > s.Budget*(1+1e-9) {
			return
		}
		if i == len(s.Tenants) {
			if lost < unkept || lost == unkept && sum > utility {
				unkept, utility, ok = lost, sum, true
			}
			return
		}
		t := &s.Tenants[i]
		alone := t.Options[p.Choices[i].Alone]
		for _, o := range t.Options {
			if p.Choices[i].Floor && (alone.Kept && !o.Kept || alone.Kept == o.Kept && o.Utility < alone.Utility) {
				continue
			}
			e := o.Energy
			if math.IsNaN(e) {
				e = 0
			}
			n := lost
			if !o.Kept {
				n++
			}
			try(i+1, n, sum+t.Weight/total*o.Utility, busy+t.Rate*o.Busy, energy+t.Rate*e)
		}
	}
	try(0, 0, 0, 0, 0)
	return unkept, utility, ok
}

func TestTheJointPlanIsTheBestOfAllCombinations(t *testing.T) {
	full, broke := 0, 0
	for seed := range uint64(trials.Pick(2000, 600)) {
		r := rand.New(rand.NewPCG(seed, 1))
		d := drawn{tenants: 2 + r.IntN(3), options: 20, energy: seed%2 == 1, load: 3 * r.Float64(), broken: float64(seed%3) / 3}
		if d.tenants == 4 {
			d.options = 10
		}
		s := d.situation(r)
		p := Make(s)
		unkept, utility, ok := brute(&s, &p)
		if p.Full == ok {
			t.Errorf("seed %d: full is %v, and there is a plan: %v", seed, p.Full, ok)
		}
		if p.Full {
			full++
			continue
		}
		got := 0
		for i, c := range p.Choices {
			if !s.Tenants[i].Options[c.Option].Kept {
				got++
			}
		}
		if got > 0 {
			broke++
		}
		if got != unkept || math.Abs(p.Utility-utility) > 1e-9 || p.Gap != 0 {
			t.Errorf("seed %d: %d tenants' bounds are broken, utility %v, gap %v; want %d, %v", seed, got, p.Utility, p.Gap, unkept, utility)
		}
	}
	if full < 50 || broke < 50 {
		t.Errorf("%d situations are full, and in %d bounds are broken: too few to tell", full, broke)
	}
}

// largest is the fewest broken bounds and the best sum of utilities of a situation whose options take whole units of what is planned
// for: found by filling units of both resources, one tenant after the other.
func largest(s *Situation, p *Plan, units int) (value float64) {
	total := 0.0
	for _, t := range s.Tenants {
		total += t.Weight
	}
	side, second := units+1, 0
	if !math.IsInf(s.Budget, 1) {
		second = units
	}
	best := slices.Repeat([]float64{math.Inf(-1)}, side*(second+1))
	best[0] = 0
	for i, t := range s.Tenants {
		alone := t.Options[p.Choices[i].Alone]
		next := slices.Repeat([]float64{math.Inf(-1)}, len(best))
		for _, o := range t.Options {
			if p.Choices[i].Floor && (alone.Kept && !o.Kept || alone.Kept == o.Kept && o.Utility < alone.Utility) {
				continue
			}
			v := t.Weight / total * o.Utility
			if !o.Kept {
				v -= 2
			}
			b, e := int(math.Round(o.Busy*t.Rate/(Most*float64(s.Slots))*float64(units))), 0
			if second > 0 {
				e = int(math.Round(o.Energy * t.Rate / s.Budget * float64(units)))
			}
			for x := 0; x+b < side; x++ {
				for y := 0; y+e <= second; y++ {
					from, to := x*(second+1)+y, (x+b)*(second+1)+y+e
					next[to] = max(next[to], best[from]+v)
				}
			}
		}
		best = next
	}
	return slices.Max(best)
}

// inUnits makes what options take whole units.
func (s *Situation) inUnits(units int) {
	for i := range s.Tenants {
		t := &s.Tenants[i]
		for k := range t.Options {
			o := &t.Options[k]
			whole := func(took, all float64) float64 {
				return math.Round(took*t.Rate/all*float64(units)) / float64(units) * all / t.Rate
			}
			o.Busy = whole(o.Busy, Most*float64(s.Slots))
			if !math.IsInf(s.Budget, 1) {
				o.Energy = whole(o.Energy, s.Budget)
			}
		}
	}
}

// TestTheGapIsHonest: of more combinations than are looked at, the best plan is no better than the gap says.
func TestTheGapIsHonest(t *testing.T) {
	open, worst := 0, 0.0
	for seed := range uint64(trials.Pick(120, 60)) {
		r := rand.New(rand.NewPCG(seed, 2))
		d := drawn{tenants: 50 + r.IntN(100), options: 50, load: 0.5 + 3*r.Float64(), broken: float64(seed%4) / 8}
		units := 2000
		if seed%2 == 1 {
			d.energy, units = true, 100
			d.tenants = 20 + r.IntN(20)
		}
		s := d.situation(r)
		s.inUnits(units)
		p := Make(s)
		best := largest(&s, &p, units)
		if p.Full != math.IsInf(best, -1) {
			t.Errorf("seed %d: full is %v, and the best plan is worth %v", seed, p.Full, best)
		}
		if p.Full {
			continue
		}
		unkept := 0.0
		for i, c := range p.Choices {
			if !s.Tenants[i].Options[c.Option].Kept {
				unkept++
			}
		}
		if best += 2 * unkept; best > p.Utility*(1+p.Gap)+1e-9 || best < p.Utility-1e-9 {
			t.Errorf("seed %d: the best plan is worth %v, this one %v with a gap of %v", seed, best, p.Utility, p.Gap)
		}
		if p.Gap > 0 {
			open++
			worst = max(worst, best/p.Utility-1)
		}
	}
	if open < 3 {
		t.Errorf("only %d plans have a gap: too few to tell", open)
	}
	t.Logf("%d plans have a gap, and the worst is %.3g below the best", open, worst)
}

// wild draws a situation of any kind: rates of nothing and too many, costs that are not known, budgets of nothing.
func wild(r *rand.Rand) Situation {
	d := drawn{tenants: 1 + r.IntN(30), options: 1 + r.IntN(30), energy: r.IntN(2) == 0, load: math.Exp(2*r.NormFloat64() - 1), broken: float64(r.IntN(3)) / 2}
	s := d.situation(r)
	s.Policy = []scheduler.Policy{scheduler.Cooperative, scheduler.NonCooperative, scheduler.FirstCome}[r.IntN(3)]
	if r.IntN(20) == 0 {
		s.Budget = 0
	}
	for i := range s.Tenants {
		t := &s.Tenants[i]
		switch r.IntN(12) {
		case 0:
			t.Rate = 0
		case 1:
			t.Rate *= 1e9
		case 2:
			t.Options = t.Options[:1]
			t.Options[0].Busy, t.Options[0].Energy = math.NaN(), math.NaN()
		case 3:
			for k := range t.Options {
				t.Options[k].Energy = math.NaN()
			}
		}
	}
	return s
}

// check holds a plan against its laws.
func (s *Situation) check(p *Plan) error {
	total, busy, power := 0.0, 0.0, 0.0
	for _, t := range s.Tenants {
		total += t.Weight
	}
	slots := float64(s.Slots)
	for i, c := range p.Choices {
		t := &s.Tenants[i]
		share := t.Weight / total
		o, alone := &t.Options[c.Option], &t.Options[c.Alone]
		takes := func(o *Option, rate float64) (float64, float64) { return rate * least(o.Busy), rate * least(o.Energy) }
		if b, e := takes(alone, t.Rate); c.Floor != (b <= Most*share*slots*(1+1e-12) && e <= share*s.Budget*(1+1e-12)) {
			return fmt.Errorf("tenant %d: floor is %v, alone takes %v and %v", i, c.Floor, b, e)
		}
		for k := range t.Options {
			if b, e := takes(&t.Options[k], t.Rate); b <= Most*share*slots*(1-1e-12) && e <= share*s.Budget*(1-1e-12) && (!c.Floor || above(&t.Options[k], alone) > 0) {
				return fmt.Errorf("tenant %d: option %d fits its share and is better than %d", i, k, c.Alone)
			}
		}
		if c.Floor && above(o, alone) < 0 || s.Policy == scheduler.NonCooperative && c.Option != c.Alone {
			return fmt.Errorf("tenant %d has option %d, and alone %d", i, c.Option, c.Alone)
		}
		if t.Rate == 0 && slices.ContainsFunc(t.Options, func(x Option) bool { return above(&x, o) > 0 }) {
			return fmt.Errorf("nobody asks tenant %d, and it has not its best option", i)
		}
		b, e := takes(o, c.Rate)
		if c.Rate > t.Rate || c.Rate < t.Rate && (!p.Full || b < share*slots*(1-1e-9) && e < share*s.Budget*(1-1e-9)) {
			return fmt.Errorf("tenant %d: %v of %v requests/s are let in, which take %v of the slots and %v W", i, c.Rate, t.Rate, b, e)
		}
		busy, power = busy+b, power+e
	}
	most := slots
	if !p.Full {
		most *= Most
	}
	if busy > most*(1+1e-8) || power > s.Budget*(1+1e-8)+1e-100 {
		return fmt.Errorf("all together take %v of %v slots and %v of %v W", busy, most, power, s.Budget)
	}
	if !about(p.Busy, busy) || !math.IsNaN(p.Power) && !about(p.Power, power) || !(p.Gap >= 0) || !(p.Utility >= 0 && p.Utility <= 1+1e-9) {
		return fmt.Errorf("it says %+v, and takes %v slots and %v W", p, busy, power)
	}
	return nil
}

// TestPlansKeepTheirLaws: nobody has less than alone, nothing is taken that is not there, and nobody is shed below its share.
func TestPlansKeepTheirLaws(t *testing.T) {
	full := 0
	for seed := range uint64(3000) {
		s := wild(rand.New(rand.NewPCG(seed, 3)))
		p := Make(s)
		if err := s.check(&p); err != nil {
			t.Errorf("seed %d, %s: %v", seed, s.Policy, err)
		}
		if p.Full {
			full++
		}
	}
	if full < 300 || full > 2700 {
		t.Errorf("%d of 3000 situations are full: too few of one kind to tell", full)
	}
}

// TestTheOrderOfTenantsIsNoMatter where nobody is shed, and the same situation has the same plan.
func TestTheOrderOfTenantsIsNoMatter(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 4))
		s := drawn{tenants: 2 + r.IntN(5), options: 8, energy: seed%2 == 1, load: 2 * r.Float64(), broken: 0.2}.situation(r)
		p, again := Make(s), Make(s)
		if !slices.Equal(p.Choices, again.Choices) {
			t.Errorf("seed %d: another plan the second time", seed)
		}
		by := r.Perm(len(s.Tenants))
		mixed := s
		mixed.Tenants = nil
		for _, i := range by {
			mixed.Tenants = append(mixed.Tenants, s.Tenants[i])
		}
		q := Make(mixed)
		if p.Full != q.Full || !about(p.Utility, q.Utility) {
			t.Fatalf("seed %d: utility %v, full %v; mixed %v, %v", seed, p.Utility, p.Full, q.Utility, q.Full)
		}
		for to, from := range by {
			options := s.Tenants[from].Options
			if a, b := p.Choices[from], q.Choices[to]; !p.Full && above(&options[a.Option], &options[b.Option]) != 0 {
				t.Errorf("seed %d: tenant %d has %+v, mixed %+v", seed, from, a, b)
			}
		}
	}
}

// TestMoreOfAResourceIsNoWorse when nobody's floor rises with it: the best has nothing to lose by more room.
func TestMoreOfAResourceIsNoWorse(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 5))
		s := drawn{tenants: 2 + r.IntN(4), options: 12, energy: true, load: 3, broken: 0.2}.situation(r)
		last := math.Inf(-1)
		for range 6 {
			j := newJoint(newGuests(&s), make([]Choice, len(s.Tenants)))
			value := math.Inf(-1)
			if options, gap, ok := j.solve(); ok {
				value = 0
				for i, g := range newGuests(&s) {
					item := g.item(options[i])
					value += item.value
				}
				if gap != 0 {
					t.Errorf("seed %d: a gap of %v", seed, gap)
				}
			}
			if value < last-1e-12 {
				t.Errorf("seed %d: with %v W the best is worth %v, and with less %v", seed, s.Budget, value, last)
			}
			last, s.Budget = value, s.Budget*1.3
		}
	}
}

// FuzzMake: whatever tenants say, there is a plan that keeps its laws.
func FuzzMake(f *testing.F) {
	f.Add(uint64(1), 1.0, 0.5, 0.01, 0.02, 3.0)
	f.Add(uint64(2), 1e300, -1.0, math.NaN(), math.Inf(1), 0.0)
	f.Add(uint64(3), math.NaN(), math.Inf(1), 0.0, -3.0, math.Inf(1))
	f.Fuzz(func(t *testing.T, seed uint64, rate, utility, busy, energy, budget float64) {
		s := wild(rand.New(rand.NewPCG(seed, 6)))
		s.Budget = budget
		odd := &s.Tenants[seed%uint64(len(s.Tenants))]
		odd.Rate = rate
		odd.Options[0] = Option{Utility: utility, Kept: seed%3 == 0, Busy: busy, Energy: energy}
		p := Make(s)
		for i, c := range p.Choices {
			if c.Option < 0 || c.Option >= len(s.Tenants[i].Options) || c.Alone < 0 || c.Alone >= len(s.Tenants[i].Options) || c.Rate > s.Tenants[i].Rate {
				t.Errorf("tenant %d has %+v", i, c)
			}
		}
		if !(p.Gap >= 0) {
			t.Errorf("the gap is %v", p.Gap)
		}
	})
}
