//go:build amd64 && !purego

#include "textflag.h"

// The cosine transform and what follows it, with AVX2. Products are rounded before they are added, in ascending order.

// A number of a, broadcast, times 16 numbers of b, Y8 and Y9, is added to the sums.
#define ADD_PRODUCTS(number, sumLow, sumHigh) \
	VBROADCASTSS number, Y10          \
	VMULPS       Y8, Y10, Y11         \
	VMULPS       Y9, Y10, Y12         \
	VADDPS       Y11, sumLow, sumLow  \
	VADDPS       Y12, sumHigh, sumHigh

// func productAVX2(out, a, b *float32, columns int)
//
// out, 16 rows, is the matrix product of a, 16 rows of 64, and b, 64 rows. out and b have rows of the given count of
// columns, a positive multiple of 16. Four rows of sixteen sums are computed at a time.
TEXT ·productAVX2(SB), NOSPLIT, $0-32
	MOVQ out+0(FP), DI
	MOVQ a+8(FP), SI
	MOVQ columns+24(FP), R8
	SHLQ $2, R8              // bytes of a row of out and b
	LEAQ (R8)(R8*2), R9
	MOVQ $4, R10             // groups of four rows

rows:
	MOVQ b+16(FP), BX
	XORQ R11, R11            // where in the row

columns:
	LEAQ   (BX)(R11*1), DX
	MOVQ   SI, AX
	MOVQ   $64, CX
	VXORPS Y0, Y0, Y0
	VXORPS Y1, Y1, Y1
	VXORPS Y2, Y2, Y2
	VXORPS Y3, Y3, Y3
	VXORPS Y4, Y4, Y4
	VXORPS Y5, Y5, Y5
	VXORPS Y6, Y6, Y6
	VXORPS Y7, Y7, Y7

products:
	VMOVUPS (DX), Y8
	VMOVUPS 32(DX), Y9
	ADD_PRODUCTS((AX), Y0, Y1)
	ADD_PRODUCTS(256(AX), Y2, Y3)
	ADD_PRODUCTS(512(AX), Y4, Y5)
	ADD_PRODUCTS(768(AX), Y6, Y7)
	ADDQ    R8, DX
	ADDQ    $4, AX
	DECQ    CX
	JNZ     products

	LEAQ    (DI)(R11*1), DX
	VMOVUPS Y0, (DX)
	VMOVUPS Y1, 32(DX)
	VMOVUPS Y2, (DX)(R8*1)
	VMOVUPS Y3, 32(DX)(R8*1)
	VMOVUPS Y4, (DX)(R8*2)
	VMOVUPS Y5, 32(DX)(R8*2)
	VMOVUPS Y6, (DX)(R9*1)
	VMOVUPS Y7, 32(DX)(R9*1)
	ADDQ    $64, R11
	CMPQ    R11, R8
	JNE     columns

	LEAQ (DI)(R8*4), DI
	ADDQ $1024, SI
	DECQ R10
	JNZ  rows
	VZEROUPPER
	RET

DATA hundred<>+0(SB)/4, $100.0
GLOBL hundred<>(SB), RODATA|NOPTR, $4
DATA range<>+0(SB)/4, $255.0
GLOBL range<>(SB), RODATA|NOPTR, $4

// All lanes but the first.
DATA butFirst<>+0(SB)/8, $0xffffffff00000000
DATA butFirst<>+8(SB)/8, $0xffffffffffffffff
DATA butFirst<>+16(SB)/8, $0xffffffffffffffff
DATA butFirst<>+24(SB)/8, $0xffffffffffffffff
GLOBL butFirst<>(SB), RODATA|NOPTR, $32

// The differences between u and the values at v become whole percent of the range without sign, in u.
#define PERCENT(u, v) \
	VSUBPS     v, u, u   \
	VMULPS     Y14, u, u \
	VDIVPS     Y13, u, u \
	VCVTTPS2DQ u, u      \
	VPABSD     u, u

// Eight values of a row and those right of them.
#define PERCENT_ACROSS(offset) \
	VMOVUPS offset(SI), Y0          \
	PERCENT(Y0, (offset+4)(SI))     \
	VPADDD  Y0, Y15, Y15

// Eight values of a row and those below them.
#define PERCENT_DOWN(offset) \
	VMOVUPS offset(SI), Y0          \
	PERCENT(Y0, (offset+256)(SI))   \
	VPADDD  Y0, Y15, Y15

// func gradientAVX2(s *samples) int
TEXT ·gradientAVX2(SB), NOSPLIT, $0-16
	MOVQ         s+0(FP), SI
	VBROADCASTSS hundred<>(SB), Y14
	VBROADCASTSS range<>(SB), Y13
	VPXOR        Y15, Y15, Y15
	MOVQ         $64, CX

gradients:
	PERCENT_ACROSS(0)
	PERCENT_ACROSS(32)
	PERCENT_ACROSS(64)
	PERCENT_ACROSS(96)
	PERCENT_ACROSS(128)
	PERCENT_ACROSS(160)
	PERCENT_ACROSS(192)
	VMOVUPS 220(SI), Y0          // 55 to 62, of which 55 has been counted
	PERCENT(Y0, 224(SI))
	VPAND   butFirst<>(SB), Y0, Y0
	VPADDD  Y0, Y15, Y15
	DECQ    CX
	JZ      total                // there is no row below the last
	PERCENT_DOWN(0)
	PERCENT_DOWN(32)
	PERCENT_DOWN(64)
	PERCENT_DOWN(96)
	PERCENT_DOWN(128)
	PERCENT_DOWN(160)
	PERCENT_DOWN(192)
	PERCENT_DOWN(224)
	ADDQ    $256, SI
	JMP     gradients

total:
	VEXTRACTI128 $1, Y15, X0
	VPADDD       X0, X15, X0
	VPSHUFD      $0x4e, X0, X1
	VPADDD       X1, X0, X0
	VPSHUFD      $0xb1, X0, X1
	VPADDD       X1, X0, X0
	VMOVD        X0, AX
	MOVQ         AX, ret+8(FP)
	VZEROUPPER
	RET

// Sixteen keys that are below Y15 add to the counts in Y0 and Y1.
#define COUNT_BELOW(offset) \
	VPCMPGTD (offset)(R8), Y15, Y2    \
	VPCMPGTD (offset+32)(R8), Y15, Y3 \
	VPSUBD   Y2, Y0, Y0               \
	VPSUBD   Y3, Y1, Y1

// func medianAVX2(f *spectrum, keys *[256]int32) float32
//
// A float32 without its sign is ordered like the whole number of the same bits, so each value has a key, a whole number
// in the same order; they go to keys. The median is the greatest key that no more than 127 keys are below: it is found bit by bit.
TEXT ·medianAVX2(SB), NOSPLIT, $0-20
	MOVQ     f+0(FP), SI
	MOVQ     keys+8(FP), R8
	VPCMPEQD Y5, Y5, Y5
	VPSRLD   $1, Y5, Y5      // all bits but the sign
	XORQ     CX, CX

keys:
	VMOVUPS (SI)(CX*1), Y0
	VPSRAD  $31, Y0, Y1
	VPAND   Y5, Y1, Y1
	VPXOR   Y1, Y0, Y0
	VMOVUPS Y0, (R8)(CX*1)
	ADDQ    $32, CX
	CMPQ    CX, $1024
	JNE     keys

	MOVL $0x80000000, AX     // the median as far as it is known, the least key to begin with
	MOVL AX, DX              // the bit in question

bits:
	LEAL         (AX)(DX*1), BX
	VMOVD        BX, X15
	VPBROADCASTD X15, Y15
	VPXOR        Y0, Y0, Y0
	VPXOR        Y1, Y1, Y1
	COUNT_BELOW(0)
	COUNT_BELOW(64)
	COUNT_BELOW(128)
	COUNT_BELOW(192)
	COUNT_BELOW(256)
	COUNT_BELOW(320)
	COUNT_BELOW(384)
	COUNT_BELOW(448)
	COUNT_BELOW(512)
	COUNT_BELOW(576)
	COUNT_BELOW(640)
	COUNT_BELOW(704)
	COUNT_BELOW(768)
	COUNT_BELOW(832)
	COUNT_BELOW(896)
	COUNT_BELOW(960)
	VPADDD       Y1, Y0, Y0
	VEXTRACTI128 $1, Y0, X1
	VPADDD       X1, X0, X0
	VPSHUFD      $0x4e, X0, X1
	VPADDD       X1, X0, X0
	VPSHUFD      $0xb1, X0, X1
	VPADDD       X1, X0, X0
	VMOVD        X0, CX
	CMPL         CX, $127
	CMOVLLS      BX, AX
	SHRL         $1, DX
	JNZ          bits

	MOVL AX, DX              // from the key back to the value
	SARL $31, DX
	ANDL $0x7fffffff, DX
	XORL DX, AX
	MOVL AX, ret+16(FP)
	VZEROUPPER
	RET

// func aboveAVX2(h *Hash, f *spectrum, m float32)
TEXT ·aboveAVX2(SB), NOSPLIT, $0-20
	MOVQ         h+0(FP), DI
	MOVQ         f+8(FP), SI
	VBROADCASTSS m+16(FP), Y15
	ADDQ         $24, DI     // the first values are the bits of the last word

word:
	XORQ CX, CX

eight:
	VMOVUPS   (SI), Y0
	VCMPPS    $0x1e, Y15, Y0, Y0 // greater than m
	VMOVMSKPS Y0, AX
	MOVB      AX, (DI)(CX*1)
	ADDQ      $32, SI
	INCQ      CX
	CMPQ      CX, $8
	JNE       eight
	SUBQ      $8, DI
	CMPQ      DI, h+0(FP)
	JAE       word
	VZEROUPPER
	RET
