package record

import "testing"

// TestCanonicalJSON holds canonical to RFC 8785, as far as leaves use it.
func TestCanonicalJSON(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		value any
		want  string
	}{
		"names in order":       {map[string]any{"b_": 1, "b": 2, "a": map[string]any{"y": true, "x": false}}, `{"v":{"a":{"x":false,"y":true},"b":2,"b_":1}}`},
		"lists":                {[]any{list(nil), []string{"b", "a"}, int64(1767225600123456), -1}, `{"v":[[],["b","a"],1767225600123456,-1]}`},
		"what must be escaped": {"\" \\ \b \f \n \r \t \x00 \x1f", `{"v":"\" \\ \b \f \n \r \t \u0000 \u001f"}`},
		"what must not":        {"<>&'/ \x7f \u2028\u2029 é 🪶 \u202e \ufffd", "{\"v\":\"<>&'/ \x7f \u2028\u2029 é 🪶 \u202e \ufffd\"}"},
		"what looks escaped":   {`\u2028 \\u2029 \ufffd \u003c`, `{"v":"\\u2028 \\\\u2029 \\ufffd \\u003c"}`},
		"what is not UTF-8":    {"a\xffb\xed\xa0\x80", "{\"v\":\"a\ufffdb\ufffd\ufffd\ufffd\"}"},
	} {
		if got := canonical(map[string]any{"v": c.value}); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, c.want)
		}
	}
}
