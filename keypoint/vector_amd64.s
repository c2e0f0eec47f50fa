//go:build amd64 && !purego

#include "textflag.h"

// func addPairAVX2(dst, a, b *float32, c float32, n int)
// The sum and the product are rounded each by itself, as in Go.
TEXT ·addPairAVX2(SB), NOSPLIT, $0-40
	MOVQ         dst+0(FP), DI
	MOVQ         a+8(FP), SI
	MOVQ         b+16(FP), DX
	VBROADCASTSS c+24(FP), Y0
	MOVQ         n+32(FP), CX
	XORQ         AX, AX

loop:
	VMOVUPS (SI)(AX*4), Y1
	VADDPS  (DX)(AX*4), Y1, Y1
	VMULPS  Y0, Y1, Y1
	VADDPS  (DI)(AX*4), Y1, Y1
	VMOVUPS Y1, (DI)(AX*4)
	ADDQ    $8, AX
	CMPQ    AX, CX
	JLT     loop
	VZEROUPPER
	RET
