package hma

import (
	"math"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

type example struct {
	Name    string   `name:"name" doc:"a text"`
	Enabled *bool    `name:"enabled" doc:"true, false or null"`
	Ratio   *float64 `name:"ratio" default:"1" doc:"a number or null"`
	Strict  bool     `name:"strict" default:"false" doc:"true or false"`
}

// exampleWorld answers POST /example with what its model has read.
func exampleWorld() *world {
	w, m := newWorld(), newModel[example]("Example")
	w.serves(http.MethodPost, "/example", func(r *request) (any, error) {
		v, err := m.body(r)
		return object{"name": v.Name, "enabled": v.Enabled, "ratio": v.Ratio, "strict": v.Strict}, err
	})
	return w
}

func TestQueryThatDoesNotFit(t *testing.T) {
	t.Parallel()
	w := newWorld()
	for _, c := range queryMisfits {
		got := w.do(http.MethodGet, c.path)
		wants(t, c.path, got, http.StatusUnprocessableEntity, c.body)
		if kind := got.Header().Get("Content-Type"); kind != typeJSON {
			t.Error(kind)
		}
	}
}

func TestBodyThatDoesNotFit(t *testing.T) {
	t.Parallel()
	w := exampleWorld()
	for _, c := range bodyMisfits {
		wants(t, c.sent, w.post("/example", typeJSON, c.sent), http.StatusUnprocessableEntity, c.body)
	}
}

func TestBodyThatIsNoJSONIsNullToAModel(t *testing.T) {
	t.Parallel()
	w := exampleWorld()
	null := w.post("/example", typeJSON, "null").Body.String()
	for _, c := range []struct{ mediaType, sent string }{
		{typeJSON, ""}, {typeJSON, "{"}, {typeJSON, `{"name":"x"}}`}, {typeJSON, "{\"name\":\"\xff\"}"}, {"text/plain", `{"name":"x"}`}, {"", `{"name":"x"}`},
	} {
		wants(t, c.mediaType+" "+c.sent, w.post("/example", c.mediaType, c.sent), http.StatusUnprocessableEntity, null)
	}
}

func TestBodyThatFits(t *testing.T) {
	t.Parallel()
	w := exampleWorld()
	for _, c := range bodyFits {
		for _, mediaType := range []string{typeJSON, "application/json; charset=utf-8", "application/problem+json"} {
			wants(t, c.sent, w.post("/example", mediaType, c.sent), http.StatusOK, c.want+"\n")
		}
	}
}

func TestBodyThatIsTooLarge(t *testing.T) {
	t.Parallel()
	sent := `{"name":"` + strings.Repeat("x", maxJSON) + `"}`
	wants(t, "1 MiB", exampleWorld().post("/example", typeJSON, sent), http.StatusRequestEntityTooLarge, `{"message":"The data value transmitted exceeds the capacity limit."}`+"\n")
}

func TestFloatsAreReadAsPydanticDoes(t *testing.T) {
	t.Parallel()
	for _, c := range floats {
		got, fits := parseFloat(c.text)
		if fits != c.fits || fits && got != c.want {
			t.Errorf("%q: %v %v, want %v %v", c.text, got, fits, c.want, c.fits)
		}
	}
	for _, text := range []string{"nan", "-NaN", "+nan "} {
		if got, fits := parseFloat(text); !fits || !math.IsNaN(got) {
			t.Errorf("%q: %v %v", text, got, fits)
		}
	}
	for _, text := range []string{"inf", "+Inf", "-INFINITY", "1e999"} {
		if got, fits := parseFloat(text); !fits || !math.IsInf(got, 0) {
			t.Errorf("%q: %v %v", text, got, fits)
		}
	}
}

func TestBoolHasManySpellings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		words string
		want  bool
	}{{"1 t T y Y on oN yes YES true True", true}, {"0 f F n N off OFF no No false False", false}} {
		for word := range strings.FieldsSeq(c.words) {
			if got, misfit := asBool(word); misfit != "" || got != c.want {
				t.Errorf("%q: %v %s", word, got, misfit)
			}
		}
	}
}

func FuzzParseFloat(f *testing.F) {
	for _, c := range floats {
		f.Add(c.text)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if _, fits := parseFloat(s); fits && strings.ContainsAny(s, "xXpP") {
			t.Errorf("%q is read as a float", s)
		}
	})
}

// FuzzParseQuery checks that a query is read as the standard library reads it where that has no objection, and that what is read can be kept.
func FuzzParseQuery(f *testing.F) {
	for _, q := range []string{"", "a=1&b=2", "a=1&a=2", "a", "a=", "=b", "&&a=1", "a=%41+b", "a=%zz&b=%4", "a;b=1", "a=%00%ff", "%61=b=c", "a=\xff"} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		got := parseQuery(raw)
		for name, value := range got {
			if cleaned(name) != name || cleaned(value) != value {
				t.Errorf("%q gives %q=%q", raw, name, value)
			}
		}
		want, err := url.ParseQuery(raw)
		if err != nil {
			return
		}
		names := map[string]bool{}
		for name, values := range want {
			names[cleaned(name)] = true
			if got[cleaned(name)] != cleaned(values[0]) && cleaned(name) == name {
				t.Errorf("%q: %q=%q, want %q", raw, name, got[name], values[0])
			}
		}
		if len(got) != len(names) {
			t.Errorf("%q: %d names, want %d", raw, len(got), len(names))
		}
	})
}
