package sched

import "testing"

func TestHealable(t *testing.T) {
	for tok, want := range map[string]bool{" ": true, ": ": true, "Tit": true, "25": true, ":": false, "\n": false, "- ": true, "：": false, "": false} {
		if healable([]byte(tok)) != want {
			t.Errorf("%q at the end of fixed text is healed: %v", tok, !want)
		}
	}
}
