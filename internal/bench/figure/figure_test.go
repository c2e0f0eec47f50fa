package figure

import "testing"

func TestFiguresReadWell(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ got, want string }{
		{Grouped(0), "0"}, {Grouped(999), "999"}, {Grouped(1000), "1,000"}, {Grouped(-1234567), "-1,234,567"}, {Grouped(-123), "-123"}, {Grouped(999.6), "1,000"}, {Grouped(int64(1e12)), "1,000,000,000,000"},
		{Short(0), "0"}, {Short(0.123), "0.12"}, {Short(1), "1"}, {Short(31), "31"}, {Short(999.4), "999"}, {Short(999.9), "1 k"}, {Short(1234), "1.23 k"}, {Short(45_678), "45.7 k"}, {Short(100_000), "100 k"}, {Short(1e7), "10 M"}, {Short(2.5e9), "2.5 G"},
		{Micros(0.25), "0.25 µs"}, {Micros(1), "1 µs"}, {Micros(9.96), "9.96 µs"}, {Micros(17.62), "17.6 µs"}, {Micros(999.7), "1 ms"}, {Micros(1500), "1.5 ms"}, {Micros(123_456), "123 ms"}, {Micros(26e6), "26 s"}, {Micros(4321e6), "4321 s"},
		{Seconds(0.07), "70 ms"}, {Seconds(2.345), "2.35 s"},
		{Bytes(12), "12 B"}, {Bytes(1500), "1.5 kB"}, {Bytes(1_754_671), "1.75 MB"}, {Bytes(12_800_000_000), "12.8 GB"},
	} {
		if test.got != test.want {
			t.Errorf("%q, want %q", test.got, test.want)
		}
	}
}
