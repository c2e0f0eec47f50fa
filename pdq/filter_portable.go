package pdq

// What vector instructions do where there are some, in plain Go: the same steps in the same order on the same buffers.

func (t *tent) filterTilePortable(left, columns int) {
	for at := 0; at < columns; at += lanes {
		var rows [lanes][lanes]float32 // a block after a pass, eight rows of eight columns
		t.boxAlongRows(&rows, left, at)
		t.boxDownColumns(&rows, left+at)
		t.boxAlongRowsAgain(&rows, left, at)
	}
}

// boxAlongRows takes a block through the first pass, which sums along rows.
func (t *tent) boxAlongRows(out *[lanes][lanes]float32, left, at int) {
	front := t.across.window * lanes
	for c := range lanes {
		i := (at + c) * lanes
		leaving, entering := (*[lanes]float32)(t.entered[i:]), (*[lanes]float32)(t.entered[i+front:])
		n := t.divisors[left+at+c]
		for r := range lanes {
			v := t.luma[r*t.tile+at+c]
			entering[r] = v
			sum := t.sum[r] + v
			sum -= leaving[r]
			t.sum[r] = sum
			out[r][c] = sum / n
		}
	}
}

// boxDownColumns takes a block through the second pass, which sums down columns.
func (t *tent) boxDownColumns(rows *[lanes][lanes]float32, step int) {
	sums := (*[lanes]float32)(t.sums[step:])
	for r := range rows {
		row := &rows[r]
		held := (*[lanes]float32)(t.ring[t.slot[r]+step:])
		n := t.downwards[r]
		for c, v := range row {
			sum := sums[c] + v
			sum -= held[c]
			held[c] = v
			sums[c] = sum
			row[c] = sum / n
		}
	}
}

// boxAlongRowsAgain sums a block along rows for the third pass and picks the sums.
func (t *tent) boxAlongRowsAgain(in *[lanes][lanes]float32, left, at int) {
	front := t.across.window * lanes
	for c := range lanes {
		i := (at + c) * lanes
		leaving, entering := (*[lanes]float32)(t.tented[i:]), (*[lanes]float32)(t.tented[i+front:])
		picked := &t.picked[t.place[left+at+c]]
		for r := range lanes {
			v := in[r][c]
			entering[r] = v
			sum := t.sum2[r] + v
			sum -= leaving[r]
			t.sum2[r] = sum
			picked[r] = sum
		}
	}
}

func (t *tent) finishRowsPortable() {
	for r := range lanes {
		held := (*[side]float32)(t.ring2[t.slot2[r]:])
		for i, sum := range t.sums2 {
			v := t.picked[t.pick[i]][r] / t.divisor2[i]
			sum += v
			sum -= held[i]
			held[i] = v
			t.sums2[i] = sum
			t.last[r][i] = sum
		}
	}
}

func dividePortable(out, in *[side]float32, n float32) {
	for i, v := range in {
		out[i] = v / n
	}
}
