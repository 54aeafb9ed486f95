package sheet

import "strings"

// A spreadsheet program that opens a CSV file takes a cell that begins with one of these for a formula, or a control
// character that hides one: = + - @ TAB CR LF, and the full-width forms in East Asian locales.
const triggers = "=+-@\t\r\n＝＋－＠"

// guard puts an apostrophe before a cell that would come alive. Plain numbers stay numbers. A cell that has the
// apostrophe already gets another, so that unguard gives back what was there.
func guard(cell string) string {
	if !alive(cell) || isNumber(cell) {
		return cell
	}
	return "'" + cell
}

// unguard takes the apostrophe away again.
func unguard(cell string) string {
	if len(cell) > 1 && cell[0] == '\'' && alive(cell[1:]) && !isNumber(cell[1:]) {
		return cell[1:]
	}
	return cell
}

// alive says whether a trigger begins the cell, apostrophes aside.
func alive(cell string) bool {
	cell = strings.TrimLeft(cell, "'")
	return cell != "" && strings.ContainsRune(triggers, firstRune(cell))
}

func firstRune(s string) rune {
	for _, r := range s {
		return r
	}
	return 0
}

// isNumber accepts -12, +4.5, -1,299.00: nothing that could call a function.
func isNumber(s string) bool {
	s = strings.TrimLeft(s, "+-")
	digits := 0
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r == '.' || r == ',':
		default:
			return false
		}
	}
	return digits > 0
}
