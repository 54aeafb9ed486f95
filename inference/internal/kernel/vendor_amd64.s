//go:build !noasm

#include "textflag.h"

// func addsApart() bool
TEXT ·addsApart(SB), NOSPLIT, $0-1
	XORL AX, AX
	XORL CX, CX
	CPUID
	CMPL BX, $0x68747541 // "Auth", of AuthenticAMD
	SETEQ ret+0(FP)
	RET
