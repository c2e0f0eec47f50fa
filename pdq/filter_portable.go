package pdq

// What vector instructions do where there are some, in plain Go: the same sums, in buffers that hold row after row. Rows go
// in pairs along rows, since the processor can work on one running sum while it waits for the other.

func (t *tent) filterTilePortable(left, columns int) {
	t.boxAlongRows(left, columns)
	t.boxDownColumns(left, columns)
	t.boxAlongRowsAgain(left, columns)
}

// boxAlongRows is the first pass.
func (t *tent) boxAlongRows(left, columns int) {
	divisors := t.divisors[left:][:columns]
	for r := 0; r < lanes; r += 2 {
		entered0, leaving0 := t.enter(t.entered, r, columns)
		entered1, leaving1 := t.enter(t.entered, r+1, columns)
		out0, out1 := t.lumaRow(r)[:columns], t.lumaRow(r + 1)[:columns]
		sum0, sum1 := t.sum[r], t.sum[r+1]
		for i, n := range divisors {
			sum0 += entered0[i]
			sum1 += entered1[i]
			sum0 -= leaving0[i]
			sum1 -= leaving1[i]
			out0[i] = sum0 / n
			out1[i] = sum1 / n
		}
		t.sum[r], t.sum[r+1] = sum0, sum1
	}
}

// boxDownColumns is the second pass.
func (t *tent) boxDownColumns(left, columns int) {
	for r := range lanes {
		row := t.lumaRow(r)[:columns]
		sums, held := t.sums[left:][:columns], t.ring[t.slot[r]+left:][:columns]
		n := t.downwards[r]
		for i, v := range row {
			sum := sums[i] + v
			sum -= held[i]
			held[i] = v
			sums[i] = sum
			row[i] = sum / n
		}
	}
}

// boxAlongRowsAgain sums for the third pass and picks the sums.
func (t *tent) boxAlongRowsAgain(left, columns int) {
	places := t.place[left:][:columns]
	for r := 0; r < lanes; r += 2 {
		entered0, leaving0 := t.enter(t.tented, r, columns)
		entered1, leaving1 := t.enter(t.tented, r+1, columns)
		sum0, sum1 := t.sum2[r], t.sum2[r+1]
		for i, place := range places {
			sum0 += entered0[i]
			sum1 += entered1[i]
			sum0 -= leaving0[i]
			sum1 -= leaving1[i]
			picked := &t.picked[place]
			picked[r], picked[r+1] = sum0, sum1
		}
		t.sum2[r], t.sum2[r+1] = sum0, sum1
	}
}

// lumaRow returns row r of the tile.
func (t *tent) lumaRow(r int) []float32 {
	return t.luma[r*t.tile:][:t.tile]
}

// stripRow returns row r of entered or tented: a window, and the tile behind it.
func (t *tent) stripRow(strip []float32, r int) []float32 {
	length := t.across.window + t.tile
	return strip[r*length:][:length]
}

// enter copies row r of the tile behind the window in strip. It returns what enters, and with each value the one that
// leaves.
func (t *tent) enter(strip []float32, r, columns int) (entering, leaving []float32) {
	row := t.stripRow(strip, r)
	entering = row[t.across.window:][:columns]
	copy(entering, t.lumaRow(r))
	return entering, row[:columns]
}

func (t *tent) clearWindowsPortable() {
	for r := range lanes {
		clear(t.stripRow(t.entered, r)[:t.across.window])
		clear(t.stripRow(t.tented, r)[:t.across.window])
	}
}

func (t *tent) keepWindowsPortable() {
	for r := range lanes {
		entered, tented := t.stripRow(t.entered, r), t.stripRow(t.tented, r)
		copy(entered[:t.across.window], entered[t.tile:])
		copy(tented[:t.across.window], tented[t.tile:])
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
