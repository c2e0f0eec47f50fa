package hma

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"
)

func written(v any) string { return string(appendJSON(nil, reflect.ValueOf(v))) }

func TestJSONIsWrittenAsPythonWritesIt(t *testing.T) {
	t.Parallel()
	three := 3
	for _, c := range []struct {
		v    any
		want string
	}{
		{nil, `null`},
		{object{"b": 1, "a": true, "é": nil}, `{"a":true,"b":1,"\u00e9":null}`},
		{object(nil), `{}`},
		{[]string(nil), `[]`},
		{[]any{1, "x", 1.0, int64(-5), &three, (*int)(nil)}, `[1,"x",1.0,-5,3,null]`},
		{map[string]string{"b": "2", "a": "1"}, `{"a":"1","b":"2"}`},
		{"\x7f\x00\x1f \b\f\n\r\t\u2028é😀\"\\</>&'", `"\u007f\u0000\u001f \b\f\n\r\t\u2028\u00e9\ud83d\ude00\"\\</>&'"`},
		{"\xff", `"\ufffd"`},
		{[]float64{1e16, 1e15, 123456789012345680, 1e-4, 1e-5, 0.1, math.Copysign(0, -1), 5e-324, 1.7976931348623157e308, 100, 0, 0.5},
			`[1e+16,1000000000000000.0,1.2345678901234568e+17,0.0001,1e-05,0.1,-0.0,5e-324,1.7976931348623157e+308,100.0,0.0,0.5]`},
		{[]float64{math.NaN(), math.Inf(1)}, `[null,null]`},
		{json.RawMessage(`{"b":1.50,"a":[1e2,12345678901234567890,null,"\u00e9"]}`), `{"a":[100.0,12345678901234567890,null,"\u00e9"],"b":1.5}`},
		{json.RawMessage(nil), `null`},
		{json.RawMessage(`{`), `null`},
	} {
		if got := written(c.v); got != c.want {
			t.Errorf("%#v:\n%s, want\n%s", c.v, got, c.want)
		}
	}
}

func FuzzJSONKeepsItsMeaning(f *testing.F) {
	f.Add(`{"a":[1,2.5,"x\u0000é",{"b":null}],"":true}`)
	f.Add(`"\ud800"`)
	f.Fuzz(func(t *testing.T, text string) {
		var want, got any
		if json.Unmarshal([]byte(text), &want) != nil {
			return
		}
		out := written(json.RawMessage(text))
		if strings.ContainsFunc(out, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Errorf("%q: not all of %q is printable ASCII", text, out)
		}
		if err := json.Unmarshal([]byte(out), &got); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %q means %v, %v", text, out, got, err)
		}
	})
}

func TestPythonText(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"abc": `'abc'`, "it's": `"it's"`, `it's "so"`: `'it\'s "so"'`, "a\nb\\c\td": `'a\nb\\c\td'`, "\x00\x7f": `'\x00\x7f'`, "é😀": `'é😀'`, "\u2028": `'\u2028'`, "": `''`,
	} {
		if got := pythonText(s); got != want {
			t.Errorf("%q: %s, want %s", s, got, want)
		}
	}
}
