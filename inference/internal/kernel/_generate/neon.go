package main

import (
	"fmt"
	"strings"
)

// Go's assembler knows few of NEON's instructions. Vector arithmetic is therefore written as words, with the instruction as the
// processor's manual writes it beside each (destination first); loads, stores, loops and integers are Go's.

// neonOps are instructions of up to three vectors: the code with all registers zero, and the arrangement of each
// operand. What follows a hyphen tells instructions of one name apart.
var neonOps = map[string]struct {
	code uint32
	form string
}{
	"sdot":     {0x4e809400, "4s 16b 16b"},
	"smmla":    {0x4e80a400, "4s 16b 16b"},
	"fadd":     {0x4e20d400, "4s 4s 4s"},
	"fsub":     {0x4ea0d400, "4s 4s 4s"},
	"fmul":     {0x6e20dc00, "4s 4s 4s"},
	"fdiv":     {0x6e20fc00, "4s 4s 4s"},
	"fmax":     {0x4e20f400, "4s 4s 4s"},
	"fmin":     {0x4ea0f400, "4s 4s 4s"},
	"fmla":     {0x4e20cc00, "4s 4s 4s"},
	"fmls":     {0x4ea0cc00, "4s 4s 4s"},
	"faddp":    {0x6e20d400, "4s 4s 4s"},
	"fcmge":    {0x6e20e400, "4s 4s 4s"},
	"fcmgt":    {0x6ea0e400, "4s 4s 4s"},
	"add":      {0x4ea08400, "4s 4s 4s"},
	"sub":      {0x6ea08400, "4s 4s 4s"},
	"and":      {0x4e201c00, "16b 16b 16b"},
	"orr":      {0x4ea01c00, "16b 16b 16b"},
	"eor":      {0x6e201c00, "16b 16b 16b"},
	"bit":      {0x6ea01c00, "16b 16b 16b"}, // the bits of the second where the third has ones
	"bsl":      {0x6e601c00, "16b 16b 16b"}, // the second where the first has ones, else the third
	"zip1":     {0x4e803800, "4s 4s 4s"},
	"zip2":     {0x4e807800, "4s 4s 4s"},
	"uzp1":     {0x4e801800, "4s 4s 4s"},
	"uzp2":     {0x4e805800, "4s 4s 4s"},
	"fabs":     {0x4ea0f800, "4s 4s"},
	"fneg":     {0x6ea0f800, "4s 4s"},
	"frintn":   {0x4e218800, "4s 4s"},
	"fcvtns":   {0x4e21a800, "4s 4s"},
	"scvtf":    {0x4e21d800, "4s 4s"},
	"ucvtf":    {0x6e21d800, "4s 4s"},
	"fcvtl":    {0x0e217800, "4s 4h"},
	"fcvtl2":   {0x4e217800, "4s 8h"},
	"fcvtn":    {0x0e216800, "4h 4s"},
	"fcvtn2":   {0x4e216800, "8h 4s"},
	"sqxtn":    {0x0e614800, "4h 4s"},
	"sqxtn2":   {0x4e614800, "8h 4s"},
	"sqxtn-b":  {0x0e214800, "8b 8h"},
	"sqxtn2-b": {0x4e214800, "16b 8h"},
	"sxtl":     {0x0f08a400, "8h 8b"},
	"sxtl-s":   {0x0f10a400, "4s 4h"},
	"uxtl":     {0x2f08a400, "8h 8b"},
	"uxtl-s":   {0x2f10a400, "4s 4h"},
	"fmaxv":    {0x6e30f800, "s 4s"},
	"saddlv":   {0x4e303800, "h 16b"},
}

// v writes an instruction of neonOps for registers, the destination first.
func (a *asm) v(name string, regs ...int) {
	op, ok := neonOps[name]
	if !ok {
		fail(fmt.Errorf("no instruction %q", name))
	}
	code, names := op.code, []string{}
	for i, form := range strings.Fields(op.form) {
		code |= uint32(regs[i]) << []int{0, 5, 16}[i]
		if len(form) == 1 {
			names = append(names, fmt.Sprintf("%s%d", form, regs[i]))
		} else {
			names = append(names, fmt.Sprintf("v%d.%s", regs[i], form))
		}
	}
	name, _, _ = strings.Cut(name, "-")
	a.word(code, "%s %s", name, strings.Join(names, ", "))
}

func (a *asm) word(code uint32, format string, args ...any) {
	a.op("WORD $0x%08x // %s", code, fmt.Sprintf(format, args...))
}

// lane writes an instruction whose third operand is one element, the same for all lanes: four bytes for sdot, else a float.
func (a *asm) lane(name string, d, n, m, i int) {
	code := map[string]uint32{"sdot": 0x4f80e000, "fmla": 0x4f801000, "fmls": 0x4f805000, "fmul": 0x4f809000}[name]
	code |= uint32(i&1)<<21 | uint32(m)<<16 | uint32(i>>1)<<11 | uint32(n)<<5 | uint32(d)
	if name == "sdot" {
		a.word(code, "sdot v%d.4s, v%d.16b, v%d.4b[%d]", d, n, m, i)
	} else {
		a.word(code, "%s v%d.4s, v%d.4s, v%d.s[%d]", name, d, n, m, i)
	}
}

// dup4 fills d with element i of n; dup2 with a pair of elements, at 2i.
func (a *asm) dup4(d, n, i int) {
	a.word(0x4e040400|uint32(i)<<19|uint32(n)<<5|uint32(d), "dup v%d.4s, v%d.s[%d]", d, n, i)
}

func (a *asm) dup2(d, n, i int) {
	a.word(0x4e080400|uint32(i)<<20|uint32(n)<<5|uint32(d), "dup v%d.2d, v%d.d[%d]", d, n, i)
}

// bytes fills d with a byte, bits with 32 bits by way of R9.
func (a *asm) bytes(d int, b uint32) {
	a.word(0x4f00e400|b>>5<<16|b&31<<5|uint32(d), "movi v%d.16b, #%d", d, b)
}

func (a *asm) bits(d int, bits uint32) {
	a.op("MOVD $0x%x, R9", bits)
	a.word(0x4e040c00|9<<5|uint32(d), "dup v%d.4s, w9", d)
}

// shift moves every byte of n up, or down when by is negative, into d.
func (a *asm) shift(d, n, by int) {
	if by < 0 {
		a.word(0x6f000400|uint32(16+by)<<16|uint32(n)<<5|uint32(d), "ushr v%d.16b, v%d.16b, #%d", d, n, -by)
	} else {
		a.word(0x4f005400|uint32(8+by)<<16|uint32(n)<<5|uint32(d), "shl v%d.16b, v%d.16b, #%d", d, n, by)
	}
}

// exponent moves integers to where a float32 has its exponent; part32 is unsigned integers over 32, as floats.
func (a *asm) exponent(d, n int) {
	a.word(0x4f005400|(32+23)<<16|uint32(n)<<5|uint32(d), "shl v%d.4s, v%d.4s, #23", d, n)
}

func (a *asm) part32(d, n int) {
	a.word(0x6f00e400|(64-5)<<16|uint32(n)<<5|uint32(d), "ucvtf v%d.4s, v%d.4s, #5", d, n)
}

func (a *asm) move(d, n int) { a.v("orr", d, n, n) }

func (a *asm) clear(d int) { a.v("eor", d, d, d) }

func neonHeader() *asm {
	a := &asm{}
	a.WriteString("// Code generated by _generate; DO NOT EDIT.\n\n//go:build arm64 && !noasm\n\n#include \"textflag.h\"\n")
	return a
}
