#include "textflag.h"

// func sweepWide(first *Edge, step *Step, time, row *[Lanes]road.Millis, begun *bool, members int)
TEXT ·sweepWide(SB), NOSPLIT, $0-48
	MOVQ first+0(FP), AX
	MOVQ step+8(FP), DX
	MOVQ time+16(FP), BX
	MOVQ row+24(FP), DI
	MOVQ begun+32(FP), SI
	MOVQ members+40(FP), CX
	VPCMPEQD Y2, Y2, Y2
	VPSRLD $1, Y2, Y2       // never: all lanes road.Unreachable
	MOVL (AX), R8
	LEAQ (DX)(R8*8), R8     // the next step

member:
	VMOVDQA Y2, Y0          // the times of the member
	CMPB (SI), $0
	JEQ  steps
	VMOVDQU (DI), Y0
	MOVB $0, (SI)

steps:
	MOVL 4(AX), R9
	LEAQ (DX)(R9*8), R9     // the step after the member's last
	CMPQ R8, R9
	JEQ  store

step:
	MOVL (R8), R10          // To
	SHLQ $5, R10
	VPBROADCASTD 4(R8), Y1  // Time
	VPADDD (BX)(R10*1), Y1, Y1
	VPMINUD Y1, Y0, Y0
	ADDQ $8, R8
	CMPQ R8, R9
	JNE  step

store:
	VMOVDQU Y0, (DI)
	ADDQ $32, DI
	ADDQ $4, AX
	INCQ SI
	DECQ CX
	JNZ  member
	VZEROUPPER
	RET
