// The entry point behind -ldflags=-E=flts_given: see given_linux.go.

#include "textflag.h"

#define SYS_rt_sigaction 13
#define SYS_rt_sigprocmask 14
#define SYS_prctl 157
#define PR_GET_PDEATHSIG 2
#define SIG_IGN 1

// Runs on the stack the kernel made, which has argc at its top and must be
// handed to the runtime as it was. SYSCALL spoils AX, CX and R11 only.
TEXT flts_given(SB),NOSPLIT|NOFRAME,$0
	SUBQ	$64, SP		// room for one struct sigaction
	MOVQ	$1, BX		// the signal
	MOVQ	$1, R13		// its bit
	XORQ	R12, R12	// the ignored ones
each:
	MOVQ	$0, 0(SP)
	MOVQ	BX, DI
	XORQ	SI, SI
	MOVQ	SP, DX
	MOVQ	$8, R10
	MOVQ	$SYS_rt_sigaction, AX
	SYSCALL
	CMPQ	0(SP), $SIG_IGN
	JNE	next
	ORQ	R13, R12
next:
	SHLQ	$1, R13
	INCQ	BX
	CMPQ	BX, $64
	JLE	each
	MOVQ	R12, ·givenIgnored(SB)

	XORQ	DI, DI
	XORQ	SI, SI
	LEAQ	·givenBlocked(SB), DX
	MOVQ	$8, R10
	MOVQ	$SYS_rt_sigprocmask, AX
	SYSCALL

	MOVQ	$PR_GET_PDEATHSIG, DI
	LEAQ	·givenDeathSignal(SB), SI
	XORQ	DX, DX
	XORQ	R10, R10
	XORQ	R8, R8
	MOVQ	$SYS_prctl, AX
	SYSCALL

	MOVQ	$1, ·givenKnown(SB)
	ADDQ	$64, SP
	XORQ	DX, DX		// no exit hook, as the kernel says
	JMP	_rt0_amd64_linux(SB)
