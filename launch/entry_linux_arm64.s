// The entry point behind -ldflags=-E=flts_given: see given_linux.go.

#include "textflag.h"

#define SYS_rt_sigaction 134
#define SYS_rt_sigprocmask 135
#define SYS_prctl 167
#define PR_GET_PDEATHSIG 2
#define SIG_IGN 1

// Runs on the stack the kernel made, which has argc at its top and must be
// handed to the runtime as it was. SVC spoils R0 only.
TEXT flts_given(SB),NOSPLIT|NOFRAME,$0
	SUB	$64, RSP	// room for one struct sigaction
	MOVD	$1, R19		// the signal
	MOVD	$1, R20		// its bit
	MOVD	$0, R21		// the ignored ones
each:
	MOVD	ZR, 0(RSP)
	MOVD	R19, R0
	MOVD	ZR, R1
	MOVD	RSP, R2
	MOVD	$8, R3
	MOVD	$SYS_rt_sigaction, R8
	SVC
	MOVD	0(RSP), R4
	CMP	$SIG_IGN, R4
	BNE	next
	ORR	R20, R21, R21
next:
	LSL	$1, R20, R20
	ADD	$1, R19, R19
	CMP	$64, R19
	BLE	each
	MOVD	R21, ·givenIgnored(SB)

	MOVD	ZR, R0
	MOVD	ZR, R1
	MOVD	$·givenBlocked(SB), R2
	MOVD	$8, R3
	MOVD	$SYS_rt_sigprocmask, R8
	SVC

	MOVD	$PR_GET_PDEATHSIG, R0
	MOVD	$·givenDeathSignal(SB), R1
	MOVD	ZR, R2
	MOVD	ZR, R3
	MOVD	ZR, R4
	MOVD	$SYS_prctl, R8
	SVC

	MOVD	$1, R4
	MOVD	R4, ·givenKnown(SB)
	ADD	$64, RSP
	JMP	_rt0_arm64_linux(SB)
