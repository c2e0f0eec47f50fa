//go:build amd64 && !purego

#include "go_asm.h"
#include "textflag.h"

// The filter with AVX2. No product is fused with a sum and no division is replaced: each lane does what the portable
// functions do, in the same order.

// Rows and columns of a 4×4 square change places in both halves of a and b and c and d: from the rows of the square to
// its columns. Uses Y8 to Y11.
#define TRANSPOSE4(a, b, c, d) \
	VUNPCKLPS b, a, Y8          \
	VUNPCKHPS b, a, Y9          \
	VUNPCKLPS d, c, Y10         \
	VUNPCKHPS d, c, Y11         \
	VSHUFPS   $0x44, Y10, Y8, a \
	VSHUFPS   $0xee, Y10, Y8, b \
	VSHUFPS   $0x44, Y11, Y9, c \
	VSHUFPS   $0xee, Y11, Y9, d

// Rows and columns of the 8×8 square in Y0 to Y7 change places. The result is in Y8 to Y11 and Y4 to Y7.
#define TRANSPOSE8 \
	TRANSPOSE4(Y0, Y1, Y2, Y3)     \
	TRANSPOSE4(Y4, Y5, Y6, Y7)     \
	VPERM2F128 $0x20, Y4, Y0, Y8   \
	VPERM2F128 $0x31, Y4, Y0, Y4   \
	VPERM2F128 $0x20, Y5, Y1, Y9   \
	VPERM2F128 $0x31, Y5, Y1, Y5   \
	VPERM2F128 $0x20, Y6, Y2, Y10  \
	VPERM2F128 $0x31, Y6, Y2, Y6   \
	VPERM2F128 $0x20, Y7, Y3, Y11  \
	VPERM2F128 $0x31, Y7, Y3, Y7

// Rows i and i+4 of an 8×8 square that begins at AX go to the halves of a and b: the first four columns to a, the other
// four to b. TRANSPOSE4 of four such a and of four such b then gives the columns of the square.
#define LOAD_ROWS(i, a, xa, b, xb) \
	VMOVUPS     (32*i)(AX), xa              \
	VINSERTF128 $1, (32*i+128)(AX), a, a    \
	VMOVUPS     (32*i+16)(AX), xb           \
	VINSERTF128 $1, (32*i+144)(AX), b, b

// Column c of a block: its eight rows enter the sums Y14, those of a window before leave, and the mean is kept.
#define BOX_ALONG_ROWS(c) \
	VADDPS       (32*c)(R11), Y14, Y14       \
	VSUBPS       (32*c)(R11)(BX*1), Y14, Y14 \
	VBROADCASTSS (4*c)(DX), Y12              \
	VDIVPS       Y12, Y14, Y12               \
	VMOVUPS      Y12, (tent_boxed+32*c)(DI)

// Row r of a block, v: its eight columns enter the sums Y13, those of a window before leave, v becomes the mean.
#define BOX_DOWN_COLUMNS(r, v) \
	MOVQ         (tent_slot+8*r)(DI), AX      \
	VADDPS       v, Y13, Y13                  \
	VSUBPS       (R10)(AX*4), Y13, Y13        \
	VMOVUPS      v, (R10)(AX*4)               \
	VBROADCASTSS (tent_downwards+4*r)(DI), Y12 \
	VDIVPS       Y12, Y13, v

// Column c of the block before the one at R12 enters the sums Y15, that of a window before leaves, and the sums are kept
// where a sample is.
#define BOX_ALONG_ROWS_AGAIN(c) \
	VADDPS  (32*c-256)(R12), Y15, Y15       \
	VSUBPS  (32*c-256)(R12)(BX*1), Y15, Y15 \
	MOVBLZX c(R13), AX                  \
	SHLQ    $5, AX                      \
	VMOVUPS Y15, (R14)(AX*1)

// Column i of the first and the third pass and row i of the second.
#define STEP_OF_ALL(i, v) \
	BOX_ALONG_ROWS(i)      \
	BOX_DOWN_COLUMNS(i, v) \
	BOX_ALONG_ROWS_AGAIN(i)

// func filterTileAVX2(t *tent, left, columns int)
//
// In each turn of the loop the first pass takes a block, the second the block that the first took the turn before, and
// the third the block that the second took the turn before. A running sum is a chain of additions that wait for each
// other; so three chains that do not wait for each other run side by side.
TEXT ·filterTileAVX2(SB), NOSPLIT, $0-24
	MOVQ t+0(FP), DI
	MOVQ left+8(FP), AX
	MOVQ columns+16(FP), CX

	MOVQ tent_luma(DI), SI
	MOVQ tent_tile(DI), R8
	SHLQ $2, R8           // bytes from row to row of luma
	LEAQ (R8)(R8*2), R9

	MOVQ (tent_across+axis_window)(DI), BX
	SHLQ $5, BX           // bytes of a window of columns
	MOVQ tent_entered(DI), R11
	ADDQ BX, R11
	MOVQ tent_tented(DI), R12
	LEAQ 256(R12)(BX*1), R12
	NEGQ BX

	MOVQ tent_divisors(DI), DX
	LEAQ (DX)(AX*4), DX
	MOVQ tent_place(DI), R13
	ADDQ AX, R13
	LEAQ tent_picked(DI), R14
	MOVQ tent_sums(DI), R15
	LEAQ (R15)(AX*4), R15
	MOVQ tent_ring(DI), R10
	LEAQ (R10)(AX*4), R10

	VMOVUPS tent_sum(DI), Y14
	VMOVUPS tent_sum2(DI), Y15

block:
	// What enters the first pass: from rows as read to columns. Rows 4 to 7 begin at AX.
	LEAQ        (SI)(R8*4), AX
	VMOVUPS     (SI), X0
	VINSERTF128 $1, (AX), Y0, Y0
	VMOVUPS     (SI)(R8*1), X1
	VINSERTF128 $1, (AX)(R8*1), Y1, Y1
	VMOVUPS     (SI)(R8*2), X2
	VINSERTF128 $1, (AX)(R8*2), Y2, Y2
	VMOVUPS     (SI)(R9*1), X3
	VINSERTF128 $1, (AX)(R9*1), Y3, Y3
	VMOVUPS     16(SI), X4
	VINSERTF128 $1, 16(AX), Y4, Y4
	VMOVUPS     16(SI)(R8*1), X5
	VINSERTF128 $1, 16(AX)(R8*1), Y5, Y5
	VMOVUPS     16(SI)(R8*2), X6
	VINSERTF128 $1, 16(AX)(R8*2), Y6, Y6
	VMOVUPS     16(SI)(R9*1), X7
	VINSERTF128 $1, 16(AX)(R9*1), Y7, Y7
	TRANSPOSE4(Y0, Y1, Y2, Y3)
	TRANSPOSE4(Y4, Y5, Y6, Y7)
	VMOVUPS     Y0, (R11)
	VMOVUPS     Y1, 32(R11)
	VMOVUPS     Y2, 64(R11)
	VMOVUPS     Y3, 96(R11)
	VMOVUPS     Y4, 128(R11)
	VMOVUPS     Y5, 160(R11)
	VMOVUPS     Y6, 192(R11)
	VMOVUPS     Y7, 224(R11)

	// What enters the second pass: from columns of the first to rows.
	LEAQ    tent_boxed(DI), AX
	LOAD_ROWS(0, Y0, X0, Y4, X4)
	LOAD_ROWS(1, Y1, X1, Y5, X5)
	LOAD_ROWS(2, Y2, X2, Y6, X6)
	LOAD_ROWS(3, Y3, X3, Y7, X7)
	TRANSPOSE4(Y0, Y1, Y2, Y3)
	TRANSPOSE4(Y4, Y5, Y6, Y7)

	VMOVUPS (R15), Y13
	STEP_OF_ALL(0, Y0)
	STEP_OF_ALL(1, Y1)
	STEP_OF_ALL(2, Y2)
	STEP_OF_ALL(3, Y3)
	STEP_OF_ALL(4, Y4)
	STEP_OF_ALL(5, Y5)
	STEP_OF_ALL(6, Y6)
	STEP_OF_ALL(7, Y7)
	VMOVUPS Y13, (R15)

	// What enters the third pass the next time: from rows of the second to columns.
	TRANSPOSE8
	VMOVUPS Y8, (R12)
	VMOVUPS Y9, 32(R12)
	VMOVUPS Y10, 64(R12)
	VMOVUPS Y11, 96(R12)
	VMOVUPS Y4, 128(R12)
	VMOVUPS Y5, 160(R12)
	VMOVUPS Y6, 192(R12)
	VMOVUPS Y7, 224(R12)

	ADDQ $32, SI
	ADDQ $256, R11
	ADDQ $256, R12
	ADDQ $32, DX
	ADDQ $8, R13
	ADDQ $32, R15
	ADDQ $32, R10
	SUBQ $8, CX
	JNZ  block

	VMOVUPS Y14, tent_sum(DI)
	VMOVUPS Y15, tent_sum2(DI)
	VZEROUPPER
	RET

// Row r of a group of samples, v: becomes the mean along the row, enters the sums Y13, that of a window before leaves.
#define BOX_DOWN_SAMPLES(r, v) \
	VDIVPS  Y12, v, v              \
	MOVQ    (tent_slot2+8*r)(DI), AX \
	VADDPS  v, Y13, Y13            \
	VSUBPS  (R10)(AX*4), Y13, Y13  \
	VMOVUPS v, (R10)(AX*4)         \
	VMOVUPS Y13, (256*r)(R11)

// The sums for samples i and i+4 of a group: their rows 0 to 3 go to the halves of a, rows 4 to 7 to those of b.
#define LOAD_PICKED(i, low, xlow, high, xhigh) \
	MOVBLZX     i(R13), AX          \
	SHLQ        $5, AX              \
	VMOVUPS     (R14)(AX*1), xlow   \
	VMOVUPS     16(R14)(AX*1), xhigh \
	MOVBLZX     (i+4)(R13), AX      \
	SHLQ        $5, AX              \
	VINSERTF128 $1, (R14)(AX*1), low, low \
	VINSERTF128 $1, 16(R14)(AX*1), high, high

// func finishRowsAVX2(t *tent)
TEXT ·finishRowsAVX2(SB), NOSPLIT, $0-8
	MOVQ t+0(FP), DI
	LEAQ tent_pick(DI), R13
	LEAQ tent_picked(DI), R14
	LEAQ tent_divisor2(DI), DX
	LEAQ tent_sums2(DI), R15
	MOVQ tent_ring2(DI), R10
	LEAQ tent_last(DI), R11
	MOVQ $8, CX

group:
	LOAD_PICKED(0, Y0, X0, Y4, X4)
	LOAD_PICKED(1, Y1, X1, Y5, X5)
	LOAD_PICKED(2, Y2, X2, Y6, X6)
	LOAD_PICKED(3, Y3, X3, Y7, X7)
	TRANSPOSE4(Y0, Y1, Y2, Y3)
	TRANSPOSE4(Y4, Y5, Y6, Y7)

	VMOVUPS (DX), Y12
	VMOVUPS (R15), Y13
	BOX_DOWN_SAMPLES(0, Y0)
	BOX_DOWN_SAMPLES(1, Y1)
	BOX_DOWN_SAMPLES(2, Y2)
	BOX_DOWN_SAMPLES(3, Y3)
	BOX_DOWN_SAMPLES(4, Y4)
	BOX_DOWN_SAMPLES(5, Y5)
	BOX_DOWN_SAMPLES(6, Y6)
	BOX_DOWN_SAMPLES(7, Y7)
	VMOVUPS Y13, (R15)

	ADDQ $8, R13
	ADDQ $32, DX
	ADDQ $32, R15
	ADDQ $32, R10
	ADDQ $32, R11
	DECQ CX
	JNZ  group
	VZEROUPPER
	RET

// func divideAVX2(out, in *[64]float32, n float32)
TEXT ·divideAVX2(SB), NOSPLIT, $0-20
	MOVQ         out+0(FP), DI
	MOVQ         in+8(FP), SI
	VBROADCASTSS n+16(FP), Y15
	MOVQ         $8, CX

means:
	VMOVUPS (SI), Y0
	VDIVPS  Y15, Y0, Y0
	VMOVUPS Y0, (DI)
	ADDQ    $32, SI
	ADDQ    $32, DI
	DECQ    CX
	JNZ     means
	VZEROUPPER
	RET
