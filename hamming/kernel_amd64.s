//go:build !purego

#include "textflag.h"

// A span is 16 bytes: first and count of 4 bytes, want and limit of 2, query of 4.
// A group is 16 bytes: position and query of 4 bytes, near of 8.
#define spanSize 16
#define ahead (10*spanSize) // lookAhead spans

// Brings the sketches of the span that lies ahead of SI into the cache, at most
// 16 lines of them. R8 holds the entries; R10 and R11 are lost.
// They pass through the first-level cache only (NTA): what stays in the others, such
// as the starts of buckets, is worth more.
#define PREFETCH_AHEAD(line) \
	MOVL   (ahead+0)(SI), R10  \
	MOVL   (ahead+4)(SI), R11  \
	CMPL   R11, $512           \
	CMOVLHI R15, R11           \
	LEAQ   (R10)(R10*4), R10   \
	ADDQ   R8, R10             \
	LEAQ   -2(R10)(R11*2), R11 \
line: \
	PREFETCHNTA (R10)           \
	ADDQ   $64, R10            \
	CMPQ   R10, R11            \
	JB     line                \
	PREFETCHNTA (R11)

// Writes the group BX whose near bits are AX, and keeps it if there are any. The
// next one is written over it otherwise, so that no jump depends on what is near.
// DX is lost.
#define KEEP_GROUP \
	MOVQ  BX, 0(DI) \
	MOVQ  AX, 8(DI) \
	XORL  DX, DX    \
	TESTQ AX, AX    \
	SETNE DX        \
	SHLQ  $4, DX    \
	ADDQ  DX, DI

// Begins with the span at SI: R10 is where its sketches are, CX how many, BX the
// query << 32 | the place of the first position. Of the first span R12 entries were
// done before. AX and DX are lost.
#define BEGIN_SPAN \
	MOVL 0(SI), AX       \
	MOVL 4(SI), CX       \
	MOVL 12(SI), BX      \
	LEAQ (AX)(AX*4), AX  \
	LEAQ (R8)(AX*1), R10 \
	LEAQ (R10)(R12*2), R10 \
	LEAQ (AX)(CX*2), AX  \
	LEAQ (R12)(R12*2), DX \
	ADDQ DX, AX          \
	SUBQ R12, CX         \
	XORL R12, R12        \
	SHLQ $32, BX         \
	ORQ  AX, BX

// func nearAVX512(spans *span, n, skip int, entries *byte, out *group, room int) (done, skipped, found int)
//
// SI is the span, R13 the end of spans, DI the next place in out, R9 the last one.
TEXT ·nearAVX512(SB), NOSPLIT, $0-72
	MOVQ spans+0(FP), SI
	MOVQ n+8(FP), R13
	SHLQ $4, R13
	ADDQ SI, R13
	MOVQ skip+16(FP), R12
	MOVQ entries+24(FP), R8
	MOVQ out+32(FP), DI
	MOVQ room+40(FP), R9
	SHLQ $4, R9
	LEAQ -16(DI)(R9*1), R9
	MOVL $512, R15

nextSpan:
	CMPQ SI, R13
	JAE  stop
	PREFETCH_AHEAD(line512)
	BEGIN_SPAN
	VPBROADCASTW 8(SI), Z1
	VPBROADCASTW 10(SI), Z2
	CMPQ CX, $64
	JLS  last

full:
	VPXORD   0(R10), Z1, Z3
	VPXORD   64(R10), Z1, Z4
	VPOPCNTW Z3, Z3
	VPOPCNTW Z4, Z4
	VPCMPUW  $2, Z2, Z3, K1 // count <= limit
	VPCMPUW  $2, Z2, Z4, K2
	KUNPCKDQ K1, K2, K1
	KMOVQ    K1, AX
	KEEP_GROUP
	ADDQ $128, R10
	ADDQ $(3*64), BX
	SUBQ $64, CX
	CMPQ DI, R9
	JHI  leave
	CMPQ CX, $64
	JHI  full

last:
	MOVQ  $-1, AX
	BZHIQ CX, AX, AX
	KMOVD AX, K1
	SHRQ  $32, AX
	KMOVD AX, K2
	VMOVDQU16.Z 0(R10), K1, Z3
	VMOVDQU16.Z 64(R10), K2, Z4
	VPXORD   Z1, Z3, Z3
	VPXORD   Z1, Z4, Z4
	VPOPCNTW Z3, Z3
	VPOPCNTW Z4, Z4
	VPCMPUW  $2, Z2, Z3, K1, K1
	VPCMPUW  $2, Z2, Z4, K2, K2
	KUNPCKDQ K1, K2, K1
	KMOVQ    K1, AX
	KEEP_GROUP
	ADDQ $spanSize, SI
	CMPQ DI, R9
	JLS  nextSpan
	JMP  stop

leave: // out is full: the rest of this span comes later
	MOVL 4(SI), R12
	SUBQ CX, R12

stop:
	MOVQ spans+0(FP), AX
	SUBQ AX, SI
	SHRQ $4, SI
	MOVQ SI, done+48(FP)
	MOVQ R12, skipped+56(FP)
	MOVQ out+32(FP), AX
	SUBQ AX, DI
	SHRQ $4, DI
	MOVQ DI, found+64(FP)
	VZEROUPPER
	RET

// The one-bit flips of a chunk.
DATA flipOne<>+0(SB)/8, $0x0000000200000001
DATA flipOne<>+8(SB)/8, $0x0000000800000004
DATA flipOne<>+16(SB)/8, $0x0000002000000010
DATA flipOne<>+24(SB)/8, $0x0000008000000040
DATA flipOne<>+32(SB)/8, $0x0000020000000100
DATA flipOne<>+40(SB)/8, $0x0000080000000400
DATA flipOne<>+48(SB)/8, $0x0000200000001000
DATA flipOne<>+56(SB)/8, $0x0000800000004000
GLOBL flipOne<>(SB), RODATA|NOPTR, $64

// func flipsAVX512(starts *uint32, home, width, bounds, query uint32, out *span)
//
// Writes 17 spans in any order: the 16 of the buckets that differ from home in one
// bit, empty ones for bits beyond the width, and that of home. bounds is want and,
// above it, the limit of home; the others' is one less.
TEXT ·flipsAVX512(SB), NOSPLIT, $0-32
	MOVQ    starts+0(FP), R8
	MOVL    home+8(FP), AX
	MOVL    width+12(FP), CX
	MOVL    bounds+16(FP), BX
	MOVL    query+20(FP), DX
	MOVQ    out+24(FP), DI
	MOVL    0(R8)(AX*4), R9
	MOVL    4(R8)(AX*4), R10
	SUBL    R9, R10
	MOVL    R9, 256(DI)
	MOVL    R10, 260(DI)
	MOVL    BX, 264(DI)
	MOVL    DX, 268(DI)
	SUBL    $0x10000, BX
	MOVL    $-1, R11
	BZHIL   CX, R11, R11
	KMOVW   R11, K1
	KMOVW   R11, K2
	VPBROADCASTD AX, Z1
	VPXORD  flipOne<>(SB), Z1, Z1
	VPXORD  Z2, Z2, Z2
	VPXORD  Z3, Z3, Z3
	VPGATHERDD 0(R8)(Z1*4), K1, Z2
	VPGATHERDD 4(R8)(Z1*4), K2, Z3
	VPSUBD  Z2, Z3, Z3
	VPBROADCASTD BX, Z4
	VPBROADCASTD DX, Z5
	VPUNPCKLDQ Z3, Z2, Z6 // first, count of two spans in each part of 16 bytes
	VPUNPCKHDQ Z3, Z2, Z7
	VPUNPCKLDQ Z5, Z4, Z8
	VPUNPCKLQDQ Z8, Z6, Z9
	VPUNPCKHQDQ Z8, Z6, Z10
	VPUNPCKLQDQ Z8, Z7, Z11
	VPUNPCKHQDQ Z8, Z7, Z12
	VMOVDQU64 Z9, 0(DI)
	VMOVDQU64 Z10, 64(DI)
	VMOVDQU64 Z11, 128(DI)
	VMOVDQU64 Z12, 192(DI)
	VZEROUPPER
	RET

// The number of bits set in 0 to 15, twice, and the low half of each byte.
DATA nibbleCount<>+0(SB)/8, $0x0302020102010100
DATA nibbleCount<>+8(SB)/8, $0x0403030203020201
DATA nibbleCount<>+16(SB)/8, $0x0302020102010100
DATA nibbleCount<>+24(SB)/8, $0x0403030203020201
GLOBL nibbleCount<>(SB), RODATA|NOPTR, $32

DATA lowNibble<>+0(SB)/8, $0x0f0f0f0f0f0f0f0f
GLOBL lowNibble<>(SB), RODATA|NOPTR, $8

DATA byteOnes<>+0(SB)/8, $0x0101010101010101
GLOBL byteOnes<>(SB), RODATA|NOPTR, $8

// Counts the bits of each byte of X into X; T is lost. Y14 holds the low-nibble
// mask, Y15 the counts of the nibbles.
#define COUNT_BYTES(X, T) \
	VPSRLW  $4, X, T     \
	VPAND   Y14, X, X    \
	VPAND   Y14, T, T    \
	VPSHUFB X, Y15, X    \
	VPSHUFB T, Y15, T    \
	VPADDB  X, T, X

// func nearAVX2(spans *span, n, skip int, entries *byte, out *group, room int) (done, skipped, found int)
//
// Registers as in nearAVX512. A group is 32 sketches; the last one of a span is
// read whole and cut to what belongs to it.
TEXT ·nearAVX2(SB), NOSPLIT, $0-72
	MOVQ spans+0(FP), SI
	MOVQ n+8(FP), R13
	SHLQ $4, R13
	ADDQ SI, R13
	MOVQ skip+16(FP), R12
	MOVQ entries+24(FP), R8
	MOVQ out+32(FP), DI
	MOVQ room+40(FP), R9
	SHLQ $4, R9
	LEAQ -16(DI)(R9*1), R9
	MOVL $512, R15
	VMOVDQU nibbleCount<>(SB), Y15
	VPBROADCASTQ lowNibble<>(SB), Y14
	VPBROADCASTQ byteOnes<>(SB), Y13

nextSpan:
	CMPQ SI, R13
	JAE  stop
	PREFETCH_AHEAD(line256)
	BEGIN_SPAN
	VPBROADCASTW 8(SI), Y1
	VPBROADCASTW 10(SI), Y2

next:
	VPXOR 0(R10), Y1, Y3
	VPXOR 32(R10), Y1, Y4
	COUNT_BYTES(Y3, Y5)
	COUNT_BYTES(Y4, Y6)
	VPMADDUBSW Y13, Y3, Y3 // counts of 16 bits
	VPMADDUBSW Y13, Y4, Y4
	VPCMPGTW   Y2, Y3, Y3  // count > limit
	VPCMPGTW   Y2, Y4, Y4
	VPACKSSWB  Y4, Y3, Y3
	VPERMQ     $0xd8, Y3, Y3
	VPMOVMSKB  Y3, AX
	NOTL       AX
	CMPQ CX, $32
	JLS  last
	KEEP_GROUP
	ADDQ $64, R10
	ADDQ $(3*32), BX
	SUBQ $32, CX
	CMPQ DI, R9
	JLS  next
	MOVL 4(SI), R12 // out is full: the rest of this span comes later
	SUBQ CX, R12
	JMP  stop

last:
	BZHIQ CX, AX, AX
	KEEP_GROUP
	ADDQ $spanSize, SI
	CMPQ DI, R9
	JLS  nextSpan

stop:
	MOVQ spans+0(FP), AX
	SUBQ AX, SI
	SHRQ $4, SI
	MOVQ SI, done+48(FP)
	MOVQ R12, skipped+56(FP)
	MOVQ out+32(FP), AX
	SUBQ AX, DI
	SHRQ $4, DI
	MOVQ DI, found+64(FP)
	VZEROUPPER
	RET

// The code in each lane of the words that pairsAVX512 transposes.
DATA laneCode<>+0(SB)/8, $0x0705060403010200
GLOBL laneCode<>(SB), RODATA|NOPTR, $8

// func pairsAVX512(codes *Code, n int, queries *Code, nq int, radius int, out *pair, room int) (done, found int)
//
// Eight codes at a time are turned into Z0 to Z3, one for each word of a code.
// Two words are compared first: unrelated codes differ in 64 of their 128 bits.
// SI is the group, CX the codes left, R8 a query, R13 the end of queries, DI the
// next place in out, R9 the last value of DI with room for a group.
TEXT ·pairsAVX512(SB), NOSPLIT, $0-72
	MOVQ codes+0(FP), SI
	MOVQ n+8(FP), CX
	MOVQ queries+16(FP), R12
	MOVQ nq+24(FP), R13
	MOVQ out+40(FP), DI
	MOVQ room+48(FP), R9
	MOVQ R13, AX
	SHLQ $3, AX // places that a group may need
	SUBQ AX, R9
	LEAQ (DI)(R9*8), R9
	SHLQ $5, R13
	ADDQ R12, R13
	VPBROADCASTQ radius+32(FP), Z5
	LEAQ laneCode<>(SB), R15
	XORL BX, BX // the position of the group

group:
	CMPQ CX, $8
	JB   stop
	CMPQ DI, R9
	JA   stop
	PREFETCHT0 1024(SI)
	PREFETCHT0 1088(SI)
	PREFETCHT0 1152(SI)
	PREFETCHT0 1216(SI)
	VMOVDQU64 0(SI), Z6
	VMOVDQU64 64(SI), Z7
	VMOVDQU64 128(SI), Z8
	VMOVDQU64 192(SI), Z9
	VPUNPCKLQDQ Z7, Z6, Z10
	VPUNPCKHQDQ Z7, Z6, Z11
	VPUNPCKLQDQ Z9, Z8, Z12
	VPUNPCKHQDQ Z9, Z8, Z13
	VSHUFI64X2 $0x88, Z12, Z10, Z0
	VSHUFI64X2 $0xdd, Z12, Z10, Z2
	VSHUFI64X2 $0x88, Z13, Z11, Z1
	VSHUFI64X2 $0xdd, Z13, Z11, Z3
	MOVQ R12, R8

query:
	VPXORQ.BCST 0(R8), Z0, Z6
	VPXORQ.BCST 8(R8), Z1, Z7
	VPOPCNTQ    Z6, Z6
	VPOPCNTQ    Z7, Z7
	VPADDQ      Z6, Z7, Z6
	VPCMPUQ     $2, Z5, Z6, K1 // <= radius
	KORTESTB    K1, K1
	JNZ         more

nextQuery:
	ADDQ $32, R8
	CMPQ R8, R13
	JB   query
	ADDQ $256, SI
	ADDQ $8, BX
	SUBQ $8, CX
	JMP  group

more:
	VPXORQ.BCST 16(R8), Z2, Z7
	VPXORQ.BCST 24(R8), Z3, Z8
	VPOPCNTQ    Z7, Z7
	VPOPCNTQ    Z8, Z8
	VPADDQ      Z7, Z6, Z6
	VPADDQ      Z8, Z6, Z6
	VPCMPUQ     $2, Z5, Z6, K1
	KMOVB       K1, AX
	TESTL       AX, AX
	JZ          nextQuery
	MOVQ        R8, R14
	SUBQ        R12, R14
	SHLQ        $27, R14 // number of the query << 32

emitOne:
	TZCNTL  AX, DX
	MOVBLZX (R15)(DX*1), DX
	ADDL    BX, DX
	ORQ     R14, DX
	MOVQ    DX, (DI)
	ADDQ    $8, DI
	BLSRL   AX, AX
	JNZ     emitOne
	JMP     nextQuery

stop:
	MOVQ BX, done+56(FP)
	MOVQ out+40(FP), AX
	SUBQ AX, DI
	SHRQ $3, DI
	MOVQ DI, found+64(FP)
	VZEROUPPER
	RET

// func pairsAVX2(codes *Code, n int, queries *Code, nq int, radius int, out *pair, room int) (done, found int)
//
// As pairsAVX512, four codes at a time.
TEXT ·pairsAVX2(SB), NOSPLIT, $0-72
	MOVQ codes+0(FP), SI
	MOVQ n+8(FP), CX
	MOVQ queries+16(FP), R12
	MOVQ nq+24(FP), R13
	MOVQ out+40(FP), DI
	MOVQ room+48(FP), R9
	MOVQ R13, AX
	SHLQ $3, AX
	SUBQ AX, R9
	LEAQ (DI)(R9*8), R9
	SHLQ $5, R13
	ADDQ R12, R13
	VPBROADCASTQ radius+32(FP), Y5
	VMOVDQU nibbleCount<>(SB), Y15
	VPBROADCASTQ lowNibble<>(SB), Y14
	VPXOR Y13, Y13, Y13
	XORL BX, BX

group:
	CMPQ CX, $4
	JB   stop
	CMPQ DI, R9
	JA   stop
	PREFETCHT0 1024(SI)
	PREFETCHT0 1088(SI)
	VMOVDQU 0(SI), Y6
	VMOVDQU 32(SI), Y7
	VMOVDQU 64(SI), Y8
	VMOVDQU 96(SI), Y9
	VPUNPCKLQDQ Y7, Y6, Y10
	VPUNPCKHQDQ Y7, Y6, Y11
	VPUNPCKLQDQ Y9, Y8, Y12
	VPUNPCKHQDQ Y9, Y8, Y6
	VPERM2I128 $0x20, Y12, Y10, Y0
	VPERM2I128 $0x31, Y12, Y10, Y2
	VPERM2I128 $0x20, Y6, Y11, Y1
	VPERM2I128 $0x31, Y6, Y11, Y3
	MOVQ R12, R8

query:
	VPBROADCASTQ 0(R8), Y6
	VPBROADCASTQ 8(R8), Y7
	VPXOR     Y0, Y6, Y6
	VPXOR     Y1, Y7, Y7
	COUNT_BYTES(Y6, Y8)
	COUNT_BYTES(Y7, Y9)
	VPADDB    Y6, Y7, Y6
	VPSADBW   Y13, Y6, Y6 // counts of 64 bits of both words
	VPCMPGTQ  Y5, Y6, Y7  // > radius
	VMOVMSKPD Y7, AX
	CMPL      AX, $15
	JNE       more

nextQuery:
	ADDQ $32, R8
	CMPQ R8, R13
	JB   query
	ADDQ $128, SI
	ADDQ $4, BX
	SUBQ $4, CX
	JMP  group

more:
	VPBROADCASTQ 16(R8), Y7
	VPBROADCASTQ 24(R8), Y8
	VPXOR     Y2, Y7, Y7
	VPXOR     Y3, Y8, Y8
	COUNT_BYTES(Y7, Y9)
	COUNT_BYTES(Y8, Y10)
	VPADDB    Y7, Y8, Y7
	VPSADBW   Y13, Y7, Y7
	VPADDQ    Y7, Y6, Y6
	VPCMPGTQ  Y5, Y6, Y7
	VMOVMSKPD Y7, AX
	XORL      $15, AX
	JZ        nextQuery
	MOVQ      R8, R14
	SUBQ      R12, R14
	SHLQ      $27, R14

emitOne:
	TZCNTL AX, DX
	ADDL   BX, DX
	ORQ    R14, DX
	MOVQ   DX, (DI)
	ADDQ   $8, DI
	BLSRL  AX, AX
	JNZ    emitOne
	JMP    nextQuery

stop:
	MOVQ BX, done+56(FP)
	MOVQ out+40(FP), AX
	SUBQ AX, DI
	SHRQ $3, DI
	MOVQ DI, found+64(FP)
	VZEROUPPER
	RET

// func expandAMD64(groups *group, n int, entries *byte, out *candidate, room int) (done, found int)
//
// SI is the group, R13 the end of groups, DI the next place in out, R9 the last
// one that leaves room for a group. n is not 0.
TEXT ·expandAMD64(SB), NOSPLIT, $0-56
	MOVQ groups+0(FP), SI
	MOVQ n+8(FP), R13
	SHLQ $4, R13
	ADDQ SI, R13
	MOVQ entries+16(FP), R8
	MOVQ out+24(FP), DI
	MOVQ room+32(FP), R9
	LEAQ -(64*8)(DI)(R9*8), R9

next:
	MOVQ 0(SI), BX
	MOVQ 8(SI), AX

one:
	TZCNTQ AX, DX
	LEAQ   (DX)(DX*2), DX
	ADDQ   BX, DX // the place in the lower half, the query above
	MOVQ   DX, (DI)
	MOVL   DX, DX
	PREFETCHT0 (R8)(DX*1)
	ADDQ   $8, DI
	BLSRQ  AX, AX
	JNZ    one
	ADDQ   $16, SI
	CMPQ   DI, R9
	JHI    stop
	CMPQ   SI, R13
	JB     next

stop:
	MOVQ groups+0(FP), AX
	SUBQ AX, SI
	SHRQ $4, SI
	MOVQ SI, done+40(FP)
	MOVQ out+24(FP), AX
	SUBQ AX, DI
	SHRQ $3, DI
	MOVQ DI, found+48(FP)
	RET

// func locateAMD64(near *candidate, n int, entries *byte, codes *Code, out *uint32)
//
// n is not 0.
TEXT ·locateAMD64(SB), NOSPLIT, $0-40
	MOVQ near+0(FP), SI
	MOVQ n+8(FP), CX
	MOVQ entries+16(FP), R8
	MOVQ codes+24(FP), R9
	MOVQ out+32(FP), DI

next:
	MOVL (SI), AX
	MOVL (R8)(AX*1), AX
	ANDL $0xffffff, AX
	MOVL AX, (DI)
	SHLQ $5, AX
	PREFETCHNTA (R9)(AX*1)
	ADDQ $8, SI
	ADDQ $4, DI
	DECQ CX
	JNZ  next
	RET

// func prefetchBuckets(starts *uint32, width int, query *Code)
//
// For each chunk, the home bucket and those with one of its bits flipped. The
// lowest four bits lie in the same cache line or the next.
TEXT ·prefetchBuckets(SB), NOSPLIT, $0-24
	MOVQ starts+0(FP), R8
	MOVQ width+8(FP), CX
	MOVQ query+16(FP), SI
	MOVL $4, R9
	SHLQ CX, R9  // bytes of a table's starts
	MOVQ R9, R10 // 4 << width: the first flip that is none
	MOVL $16, DX // chunks left
	NEGQ CX
	ADDQ $14, CX // chunk >> (16 - width), times 4

chunk:
	MOVWLZX (SI), AX
	CMPQ CX, $0
	JLT  wide
	SHRL CX, AX
	ANDL $~3, AX
	JMP  home

wide: // width 15 or 16
	MOVQ CX, R12
	NEGQ CX
	SHLL CX, AX
	MOVQ R12, CX
	ANDL $~3, AX

home:
	PREFETCHT0 (R8)(AX*1)
	MOVL $64, BX

flip:
	CMPQ BX, R10
	JAE  done
	MOVQ AX, R11
	XORQ BX, R11
	PREFETCHT0 (R8)(R11*1)
	ADDQ BX, BX
	JMP  flip

done:
	ADDQ R9, R8
	ADDQ $2, SI
	DECL DX
	JNZ  chunk
	RET

// func prefetchSpans(spans *span, n int, entries *byte)
//
// n is not 0.
TEXT ·prefetchSpans(SB), NOSPLIT, $0-24
	MOVQ spans+0(FP), SI
	MOVQ n+8(FP), CX
	MOVQ entries+16(FP), R8

next:
	MOVL  (SI), AX
	LEAQ  (AX)(AX*4), AX
	PREFETCHNTA (R8)(AX*1)
	ADDQ  $spanSize, SI
	DECQ  CX
	JNZ   next
	RET
