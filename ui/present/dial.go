package present

import (
	"encoding/json"
	"io/fs"
	"math"
)

// dial says what the place between careful and lively means, in figures that were measured on the sample catalogue. The
// zero value has none, and says it in words.
type dial struct {
	Points []dialPoint `json:"points"` // ascending
}

// dialPoint is one measured place: of 100 drafts, how many need a look, and how many words of 100 are the supplier's.
type dialPoint struct {
	Careful float64 `json:"careful"`
	Look    float64 `json:"look"`
	Copied  float64 `json:"copied"`
}

// loadDial reads the measurement that the program carries.
func loadDial(fsys fs.FS) dial {
	var d dial
	data, err := fs.ReadFile(fsys, "prompts/dial.json")
	if err != nil || json.Unmarshal(data, &d) != nil || len(d.Points) < 2 {
		return dial{}
	}
	return d
}

// at reads between the measured places.
func (d dial) at(careful float64) dialPoint {
	low := d.Points[0]
	for _, high := range d.Points {
		if careful <= high.Careful {
			if high.Careful == low.Careful {
				return high
			}
			part := (careful - low.Careful) / (high.Careful - low.Careful)
			between := func(a, b float64) float64 { return a + part*(b-a) }
			return dialPoint{careful, between(low.Look, high.Look), between(low.Copied, high.Copied)}
		}
		low = high
	}
	return low
}

// say says what a place means.
func (d dial) say(say Say, careful float64) string {
	if len(d.Points) == 0 {
		return say("catalogue.care." + careLevel(careful))
	}
	p := d.at(careful)
	return say("catalogue.care.figures", int(math.Round(p.Look)), int(math.Round(p.Copied)))
}

// careLevel is the place in one of three steps.
func careLevel(careful float64) string {
	switch {
	case careful >= 0.65:
		return "careful"
	case careful >= 0.35:
		return "between"
	}
	return "lively"
}
