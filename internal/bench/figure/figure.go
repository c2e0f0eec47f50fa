package figure

import (
	"fmt"
	"math"
	"strconv"
)

// Grouped writes a number without a fraction and with commas between thousands: 12,345.
func Grouped[N int | int64 | float64](n N) string {
	s := strconv.FormatFloat(float64(n), 'f', 0, 64)
	for at := len(s) - 3; at > 0 && s[at-1] != '-'; at -= 3 {
		s = s[:at] + "," + s[at:]
	}
	return s
}

// Short writes a number with at most three digits and k, M or G for thousands: 12.3 k.
func Short(v float64) string {
	for _, unit := range []struct {
		size float64
		name string
	}{{1e9, " G"}, {1e6, " M"}, {1e3, " k"}, {1, ""}} {
		if math.Abs(v) >= unit.size*0.9995 {
			return digits(v/unit.size, 3) + unit.name
		}
	}
	return strconv.FormatFloat(v, 'g', 2, 64)
}

// Micros writes a time that is given in microseconds with two or three digits, in the unit that suits it: 12.3 ms.
func Micros(us float64) string {
	for _, unit := range []struct {
		size float64
		name string
	}{{1e6, "s"}, {1e3, "ms"}, {1, "µs"}} {
		if us >= unit.size*0.9995 {
			return digits(us/unit.size, 3) + " " + unit.name
		}
	}
	return strconv.FormatFloat(us, 'g', 2, 64) + " µs"
}

// Seconds writes a time that is given in seconds as Micros does.
func Seconds(s float64) string { return Micros(s * 1e6) }

// Bytes writes a size: 12.3 MB.
func Bytes(n int64) string {
	for _, unit := range []struct {
		size float64
		name string
	}{{1e9, "GB"}, {1e6, "MB"}, {1e3, "kB"}} {
		if float64(n) >= unit.size*0.9995 {
			return digits(float64(n)/unit.size, 3) + " " + unit.name
		}
	}
	return fmt.Sprintf("%d B", n)
}

// digits writes a number from 1 up with n digits, or all of its whole ones, without zeros at the end of a fraction.
func digits(v float64, n int) string {
	places := max(0, n-1-int(math.Floor(math.Log10(math.Abs(v)*1.0005))))
	scale := math.Pow10(places)
	return strconv.FormatFloat(math.Round(v*scale)/scale, 'f', -1, 64)
}
