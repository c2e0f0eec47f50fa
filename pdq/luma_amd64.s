//go:build amd64 && !purego

#include "textflag.h"

// Luma with AVX2, eight pixels at a time: the products of red, green and blue with their weights, each rounded, are added
// in this order, as the tables of the portable loops do. All functions do the count of pixels they are given, a positive
// multiple of eight, and read and write nothing beyond them.

// Rows are read in pieces, one of each of eight rows in turn, which is too irregular for the processor to foresee. So we
// tell it to fetch what is about one piece ahead in the same row; that may lie behind the end, where fetching does nothing.
// Planes of YCbCr are left out: their loop has so much to compute that fetching gains nothing.
#define AHEAD 512

DATA weightR<>+0(SB)/4, $0.299
GLOBL weightR<>(SB), RODATA|NOPTR, $4
DATA weightG<>+0(SB)/4, $0.587
GLOBL weightG<>(SB), RODATA|NOPTR, $4
DATA weightB<>+0(SB)/4, $0.114
GLOBL weightB<>(SB), RODATA|NOPTR, $4

#define LOAD_WEIGHTS \
	VBROADCASTSS weightR<>(SB), Y13 \
	VBROADCASTSS weightG<>(SB), Y14 \
	VBROADCASTSS weightB<>(SB), Y15

// Whole numbers of red, green and blue in Y1, Y2 and Y3 become their luma in Y1.
#define WEIGH \
	VCVTDQ2PS Y1, Y1      \
	VCVTDQ2PS Y2, Y2      \
	VCVTDQ2PS Y3, Y3      \
	VMULPS    Y1, Y13, Y1 \
	VMULPS    Y2, Y14, Y2 \
	VMULPS    Y3, Y15, Y3 \
	VADDPS    Y2, Y1, Y1  \
	VADDPS    Y3, Y1, Y1

// func lumaGreyAVX2(dst *float32, pix *byte, n int)
TEXT ·lumaGreyAVX2(SB), NOSPLIT, $0-24
	MOVQ dst+0(FP), DI
	MOVQ pix+8(FP), SI
	MOVQ n+16(FP), CX
	LOAD_WEIGHTS

grey:
	PREFETCHT0 AHEAD(SI)
	VPMOVZXBD  (SI), Y0
	VCVTDQ2PS Y0, Y0
	VMULPS    Y0, Y13, Y1
	VMULPS    Y0, Y14, Y2
	VMULPS    Y0, Y15, Y3
	VADDPS    Y2, Y1, Y1
	VADDPS    Y3, Y1, Y1
	VMOVUPS   Y1, (DI)
	ADDQ      $8, SI
	ADDQ      $32, DI
	SUBQ      $8, CX
	JNZ       grey
	VZEROUPPER
	RET

// Shuffles that take red, green and blue of four pixels of four bytes; 0x80 gives a zero.
DATA takeR<>+0(SB)/8, $0x8080800480808000
DATA takeR<>+8(SB)/8, $0x8080800c80808008
GLOBL takeR<>(SB), RODATA|NOPTR, $16
DATA takeG<>+0(SB)/8, $0x8080800580808001
DATA takeG<>+8(SB)/8, $0x8080800d80808009
GLOBL takeG<>(SB), RODATA|NOPTR, $16
DATA takeB<>+0(SB)/8, $0x8080800680808002
DATA takeB<>+8(SB)/8, $0x8080800e8080800a
GLOBL takeB<>(SB), RODATA|NOPTR, $16

// A shuffle that puts the fourth byte of four pixels in place of the other three, and zero in its own.
DATA spreadA<>+0(SB)/8, $0x8007070780030303
DATA spreadA<>+8(SB)/8, $0x800f0f0f800b0b0b
GLOBL spreadA<>(SB), RODATA|NOPTR, $16

// Shuffles that make pixels of four bytes from pixels of three: the four that begin a vector of 16 bytes, and the four
// that end it.
DATA widen<>+0(SB)/8, $0x8005040380020100
DATA widen<>+8(SB)/8, $0x800b0a0980080706
DATA widen<>+16(SB)/8, $0x8009080780060504
DATA widen<>+24(SB)/8, $0x800f0e0d800c0b0a
GLOBL widen<>(SB), RODATA|NOPTR, $32

#define LOAD_TAKERS \
	VBROADCASTI128 takeR<>(SB), Y10 \
	VBROADCASTI128 takeG<>(SB), Y11 \
	VBROADCASTI128 takeB<>(SB), Y12

// Eight pixels of four bytes in Y0 become their luma in Y1.
#define WEIGH_PIXELS \
	VPSHUFB Y10, Y0, Y1 \
	VPSHUFB Y11, Y0, Y2 \
	VPSHUFB Y12, Y0, Y3 \
	WEIGH

// func lumaRGBAVX2(dst *float32, pix *byte, n int)
TEXT ·lumaRGBAVX2(SB), NOSPLIT, $0-24
	MOVQ    dst+0(FP), DI
	MOVQ    pix+8(FP), SI
	MOVQ    n+16(FP), CX
	LOAD_WEIGHTS
	LOAD_TAKERS
	VMOVDQU widen<>(SB), Y9

rgb:
	PREFETCHT0 (3*AHEAD)(SI)
	VMOVDQU     (SI), X0
	VINSERTI128 $1, 8(SI), Y0, Y0
	VPSHUFB     Y9, Y0, Y0
	WEIGH_PIXELS
	VMOVUPS     Y1, (DI)
	ADDQ        $24, SI
	ADDQ        $32, DI
	SUBQ        $8, CX
	JNZ         rgb
	VZEROUPPER
	RET

// func lumaRGBAAVX2(dst *float32, pix *byte, n int)
//
// Over white, a colour that is already multiplied by its alpha gains what alpha lacks, up to 255.
TEXT ·lumaRGBAAVX2(SB), NOSPLIT, $0-24
	MOVQ           dst+0(FP), DI
	MOVQ           pix+8(FP), SI
	MOVQ           n+16(FP), CX
	LOAD_WEIGHTS
	LOAD_TAKERS
	VBROADCASTI128 spreadA<>(SB), Y9
	VPCMPEQD       Y8, Y8, Y8

rgba:
	PREFETCHT0 (4*AHEAD)(SI)
	VMOVDQU  (SI), Y0
	VPXOR    Y0, Y8, Y1
	VPSHUFB  Y9, Y1, Y1
	VPADDUSB Y1, Y0, Y0
	WEIGH_PIXELS
	VMOVUPS  Y1, (DI)
	ADDQ     $32, SI
	ADDQ     $32, DI
	SUBQ     $8, CX
	JNZ      rgba
	VZEROUPPER
	RET

// func lumaNRGBAAVX2(dst *float32, pix *byte, n int) int
//
// It stops at the first eight pixels that are not all opaque, and returns how many pixels it did.
TEXT ·lumaNRGBAAVX2(SB), NOSPLIT, $0-32
	MOVQ     dst+0(FP), DI
	MOVQ     pix+8(FP), SI
	MOVQ     n+16(FP), CX
	LOAD_WEIGHTS
	LOAD_TAKERS
	VPCMPEQD Y8, Y8, Y8
	VPSLLD   $24, Y8, Y9

nrgba:
	PREFETCHT0 (4*AHEAD)(SI)
	VMOVDQU (SI), Y0
	VPTEST  Y9, Y0         // sets carry if all bits of Y9 are in Y0
	JCC     seethrough
	WEIGH_PIXELS
	VMOVUPS Y1, (DI)
	ADDQ    $32, SI
	ADDQ    $32, DI
	SUBQ    $8, CX
	JNZ     nrgba

seethrough:
	MOVQ n+16(FP), AX
	SUBQ CX, AX
	MOVQ AX, ret+24(FP)
	VZEROUPPER
	RET

// The factors of color.YCbCrToRGB.
DATA factors<>+0(SB)/4, $0x10101
DATA factors<>+4(SB)/4, $91881
DATA factors<>+8(SB)/4, $22554
DATA factors<>+12(SB)/4, $46802
DATA factors<>+16(SB)/4, $116130
DATA factors<>+20(SB)/4, $128
DATA factors<>+24(SB)/4, $255
GLOBL factors<>(SB), RODATA|NOPTR, $28

#define LOAD_FACTORS \
	VPBROADCASTD factors<>+0(SB), Y12 \
	VPBROADCASTD factors<>+4(SB), Y11 \
	VPBROADCASTD factors<>+8(SB), Y10 \
	VPBROADCASTD factors<>+12(SB), Y9 \
	VPBROADCASTD factors<>+16(SB), Y8 \
	VPBROADCASTD factors<>+20(SB), Y7 \
	VPBROADCASTD factors<>+24(SB), Y6

// A colour of 16 more bits in v becomes 0 to 255; Y5 is zero.
#define CLAMP(v) \
	VPSRAD  $16, v, v \
	VPMAXSD Y5, v, v  \
	VPMINSD Y6, v, v

// Y, Cb and Cr in Y0, Y1 and Y2 become the luma of their colour in Y1.
#define WEIGH_YCBCR \
	VPMULLD Y12, Y0, Y0 \
	VPSUBD  Y7, Y1, Y1  \
	VPSUBD  Y7, Y2, Y2  \
	VPMULLD Y8, Y1, Y3  \
	VPMULLD Y10, Y1, Y4 \
	VPMULLD Y11, Y2, Y1 \
	VPMULLD Y9, Y2, Y2  \
	VPADDD  Y0, Y3, Y3  \
	VPSUBD  Y4, Y0, Y4  \
	VPADDD  Y0, Y1, Y1  \
	VPSUBD  Y2, Y4, Y2  \
	VPXOR   Y5, Y5, Y5  \
	CLAMP(Y1)           \
	CLAMP(Y2)           \
	CLAMP(Y3)           \
	WEIGH

// func lumaYCbCrAVX2(dst *float32, y, cb, cr *byte, n int)
//
// Each pixel has its own chroma sample.
TEXT ·lumaYCbCrAVX2(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), DI
	MOVQ y+8(FP), SI
	MOVQ cb+16(FP), R8
	MOVQ cr+24(FP), R9
	MOVQ n+32(FP), CX
	LOAD_WEIGHTS
	LOAD_FACTORS

ycbcr:
	VPMOVZXBD (SI), Y0
	VPMOVZXBD (R8), Y1
	VPMOVZXBD (R9), Y2
	WEIGH_YCBCR
	VMOVUPS   Y1, (DI)
	ADDQ      $8, SI
	ADDQ      $8, R8
	ADDQ      $8, R9
	ADDQ      $32, DI
	SUBQ      $8, CX
	JNZ       ycbcr
	VZEROUPPER
	RET

// func lumaYCbCrPairsAVX2(dst *float32, y, cb, cr *byte, n int)
//
// Two pixels side by side share a chroma sample.
TEXT ·lumaYCbCrPairsAVX2(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), DI
	MOVQ y+8(FP), SI
	MOVQ cb+16(FP), R8
	MOVQ cr+24(FP), R9
	MOVQ n+32(FP), CX
	LOAD_WEIGHTS
	LOAD_FACTORS

pairs:
	VMOVD      (R8), X1
	VMOVD      (R9), X2
	VPUNPCKLBW X1, X1, X1
	VPUNPCKLBW X2, X2, X2
	VPMOVZXBD  (SI), Y0
	VPMOVZXBD  X1, Y1
	VPMOVZXBD  X2, Y2
	WEIGH_YCBCR
	VMOVUPS    Y1, (DI)
	ADDQ       $8, SI
	ADDQ       $4, R8
	ADDQ       $4, R9
	ADDQ       $32, DI
	SUBQ       $8, CX
	JNZ        pairs
	VZEROUPPER
	RET
