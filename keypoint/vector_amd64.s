//go:build amd64 && !purego

#include "go_asm.h"
#include "textflag.h"

// No product is fused with a sum: each lane does what the portable functions do, in the same order.

// Eight numbers of either line of a pair, at offset o from AX, weighed by Y8, are added to sum.
#define PAIR(o, t, sum) \
	VMOVUPS o(R10)(AX*4), t    \
	VADDPS  o(R11)(AX*4), t, t \
	VMULPS  Y8, t, t           \
	VADDPS  t, sum, sum

// func weighAVX2(dst *float32, starts **float32, weights *float32, pairs, n int)
// 32 numbers at a time, then eight; the last eight reach back to some that are done already.
TEXT ·weighAVX2(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), DI
	MOVQ starts+8(FP), SI
	MOVQ weights+16(FP), DX
	MOVQ pairs+24(FP), CX
	MOVQ n+32(FP), BX
	MOVQ (SI), R9
	XORQ AX, AX

many:
	LEAQ 32(AX), R8
	CMPQ R8, BX
	JGT  few
	VBROADCASTSS (DX), Y8
	VMULPS (R9)(AX*4), Y8, Y0
	VMULPS 32(R9)(AX*4), Y8, Y1
	VMULPS 64(R9)(AX*4), Y8, Y2
	VMULPS 96(R9)(AX*4), Y8, Y3
	XORQ   R12, R12
	LEAQ   8(SI), R13

manyPair:
	INCQ R12
	MOVQ (R13), R10
	MOVQ 8(R13), R11
	ADDQ $16, R13
	VBROADCASTSS (DX)(R12*4), Y8
	PAIR(0, Y4, Y0)
	PAIR(32, Y5, Y1)
	PAIR(64, Y6, Y2)
	PAIR(96, Y7, Y3)
	CMPQ R12, CX
	JLT  manyPair
	VMOVUPS Y0, (DI)(AX*4)
	VMOVUPS Y1, 32(DI)(AX*4)
	VMOVUPS Y2, 64(DI)(AX*4)
	VMOVUPS Y3, 96(DI)(AX*4)
	MOVQ R8, AX
	JMP  many

few:
	CMPQ AX, BX
	JGE  done
	LEAQ -8(BX), R8
	CMPQ AX, R8
	JLE  eight
	MOVQ R8, AX

eight:
	VBROADCASTSS (DX), Y8
	VMULPS (R9)(AX*4), Y8, Y0
	XORQ   R12, R12
	LEAQ   8(SI), R13

fewPair:
	INCQ R12
	MOVQ (R13), R10
	MOVQ 8(R13), R11
	ADDQ $16, R13
	VBROADCASTSS (DX)(R12*4), Y8
	PAIR(0, Y4, Y0)
	CMPQ R12, CX
	JLT  fewPair
	VMOVUPS Y0, (DI)(AX*4)
	ADDQ $8, AX
	JMP  few

done:
	VZEROUPPER
	RET

// func subtractAVX2(dst, a, b *float32, n int)
TEXT ·subtractAVX2(SB), NOSPLIT, $0-32
	MOVQ dst+0(FP), DI
	MOVQ a+8(FP), SI
	MOVQ b+16(FP), DX
	MOVQ n+24(FP), CX
	XORQ AX, AX

loop:
	VMOVUPS (SI)(AX*4), Y0
	VSUBPS  (DX)(AX*4), Y0, Y0
	VMOVUPS Y0, (DI)(AX*4)
	ADDQ    $8, AX
	CMPQ    AX, CX
	JLT     loop
	VZEROUPPER
	RET

// The largest and the smallest of eight numbers and those of o(row) go to Y1 and Y2.
#define AROUND(o, row) \
	VMOVUPS o(row)(AX*4), Y3 \
	VMAXPS  Y3, Y1, Y1       \
	VMINPS  Y3, Y2, Y2

// func peaksAVX2(mask *byte, above, here, below *float32, least float32, n int)
TEXT ·peaksAVX2(SB), NOSPLIT, $0-48
	MOVQ mask+0(FP), DI
	MOVQ above+8(FP), R8
	MOVQ here+16(FP), SI
	MOVQ below+24(FP), R9
	VBROADCASTSS least+32(FP), Y6
	MOVQ n+40(FP), CX
	VXORPS Y7, Y7, Y7
	VSUBPS Y6, Y7, Y7
	XORQ   AX, AX

loop:
	VMOVUPS (SI)(AX*4), Y0
	VMOVUPS -4(SI)(AX*4), Y1
	VMOVAPS Y1, Y2
	AROUND(4, SI)
	AROUND(-4, R8)
	AROUND(0, R8)
	AROUND(4, R8)
	AROUND(-4, R9)
	AROUND(0, R9)
	AROUND(4, R9)
	VMAXPS Y6, Y1, Y1
	VMINPS Y7, Y2, Y2
	VCMPPS $13, Y1, Y0, Y1 // at least
	VCMPPS $2, Y2, Y0, Y2  // at most
	VORPS  Y1, Y2, Y1
	VMOVMSKPS Y1, R10
	MOVB R10, (DI)
	INCQ DI
	ADDQ $8, AX
	CMPQ AX, CX
	JLT  loop
	VZEROUPPER
	RET

#define STRIDE (4*const_wide)

// Eight samples of a row of a region, o bytes after its second: how much it slopes across and down.
#define GRADIENT(o) \
	VMOVUPS (o+4)(SI), Y0          \
	VSUBPS  (o-4)(SI), Y0, Y0      \
	VMOVUPS (o+STRIDE)(SI), Y1     \
	VSUBPS  (o-STRIDE)(SI), Y1, Y1 \
	VMOVUPS Y0, across-128+o(SP)   \
	VMOVUPS Y1, down-64+o(SP)

// How much sample x counts for the eight directions goes to Y4.
#define RESPONSE(x) \
	VBROADCASTSS across-128+4*x(SP), Y4 \
	VMULPS       Y14, Y4, Y4            \
	VBROADCASTSS down-64+4*x(SP), Y5    \
	VMULPS       Y15, Y5, Y5            \
	VADDPS       Y5, Y4, Y4             \
	VMAXPS       Y12, Y4, Y4

#define WEIGHED(x, cell, sum) \
	VBROADCASTSS (16*x+4*cell)(R8), Y5 \
	VMULPS       Y4, Y5, Y5            \
	VADDPS       Y5, sum, sum

#define ONE(x, c, a) \
	RESPONSE(x)     \
	WEIGHED(x, c, a)

#define TWO(x, c, a, d, b) \
	ONE(x, c, a)    \
	WEIGHED(x, d, b)

// The sums of a row, weighed by Y4, are added to a row of cells.
#define FOLD(cell, sum) \
	VMULPS  Y4, sum, Y5                \
	VADDPS  (32*cell)(R10), Y5, Y5     \
	VMOVUPS Y5, (32*cell)(R10)

// func slopesAVX2(s *slopes, r *region)
// The lanes are samples at first, then directions.
TEXT ·slopesAVX2(SB), NOSPLIT, $128-16
	MOVQ s+0(FP), DI
	MOVQ r+8(FP), SI
	ADDQ $(STRIDE+4), SI
	LEAQ ·weights(SB), R8
	MOVQ R8, R9 // weights of the row
	VMOVUPS ·bearing(SB), Y14
	VMOVUPS ·bearing+32(SB), Y15
	VXORPS Y12, Y12, Y12
	MOVQ DI, R10
	MOVQ $16, CX

clear:
	VMOVUPS Y12, (R10)
	ADDQ $32, R10
	DECQ CX
	JNZ  clear

row:
	GRADIENT(0)
	GRADIENT(32)
	VXORPS Y0, Y0, Y0
	VXORPS Y1, Y1, Y1
	VXORPS Y2, Y2, Y2
	VXORPS Y3, Y3, Y3
	ONE(0, 0, Y0)
	ONE(1, 0, Y0)
	TWO(2, 0, Y0, 1, Y1)
	TWO(3, 0, Y0, 1, Y1)
	TWO(4, 0, Y0, 1, Y1)
	TWO(5, 0, Y0, 1, Y1)
	TWO(6, 1, Y1, 2, Y2)
	TWO(7, 1, Y1, 2, Y2)
	TWO(8, 1, Y1, 2, Y2)
	TWO(9, 1, Y1, 2, Y2)
	TWO(10, 2, Y2, 3, Y3)
	TWO(11, 2, Y2, 3, Y3)
	TWO(12, 2, Y2, 3, Y3)
	TWO(13, 2, Y2, 3, Y3)
	ONE(14, 3, Y3)
	ONE(15, 3, Y3)

	MOVQ DI, R10
	XORQ AX, AX

down:
	VMOVSS (R9)(AX*4), X4
	VUCOMISS X12, X4
	JEQ  next
	VBROADCASTSS X4, Y4
	FOLD(0, Y0)
	FOLD(1, Y1)
	FOLD(2, Y2)
	FOLD(3, Y3)

next:
	ADDQ $128, R10
	INCQ AX
	CMPQ AX, $4
	JLT  down
	ADDQ $STRIDE, SI
	ADDQ $16, R9
	INCQ CX
	CMPQ CX, $16
	JLT  row
	VZEROUPPER
	RET
