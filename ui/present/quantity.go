package present

import (
	"math"
	"time"
)

// left says how long a job will still take, as a person would: never more exact than it can be known.
func left(say Say, d time.Duration) string {
	switch {
	case d <= 0:
		return ""
	case d < 5*time.Second:
		return say("time.moment")
	}
	return say("time.left", duration(say, d))
}

// duration puts a time into words, rounded to what matters: 25 s, 1 min 12 s, 14 min, 2 h 5 min.
func duration(say Say, d time.Duration) string {
	switch {
	case d < time.Minute:
		return say("time.s", int(math.Round(d.Seconds())))
	case d < 10*time.Minute:
		s := int(math.Round(d.Seconds()))
		if s%60 == 0 {
			return say("time.min", s/60)
		}
		return say("time.min_s", s/60, s%60)
	case d < time.Hour:
		return say("time.min", int(math.Round(d.Minutes())))
	}
	m := int(math.Round(d.Minutes()/5)) * 5
	if m%60 == 0 {
		return say("time.h", m/60)
	}
	return say("time.h_min", m/60, m%60)
}
