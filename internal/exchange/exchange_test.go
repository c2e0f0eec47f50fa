package exchange

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/domain"
)

func TestWhatHMAListsIsListedInItsOrder(t *testing.T) {
	t.Parallel()
	var names []string
	for _, a := range APIs() {
		names = append(names, a.Name)
		if b, ok := Named(a.Name); !ok || b.Name != a.Name {
			t.Errorf("%s is listed and not found", a.Name)
		}
	}
	if diff := cmp.Diff([]string{"sample", "fb_threatexchange", "ncmec", "stop_ncii", "tat"}, names); diff != "" {
		t.Errorf("APIs (-want +got):\n%s", diff)
	}
	if _, ok := Named("local_file"); ok {
		t.Error("local_file is known: whoever reaches the API could name files of this machine")
	}
}

// TestSchemas holds the descriptions against golden files.
func TestSchemas(t *testing.T) {
	t.Parallel()
	for _, a := range APIs() {
		want, err := os.ReadFile(filepath.Join("testdata", "schema", a.Name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		got, err := json.MarshalIndent(a.Schema(), "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)+"\n"); diff != "" {
			t.Errorf("%s (-want +got):\n%s", a.Name, diff)
		}
	}
}

func TestSettingsAreReadAsStrictlyAsHMADoes(t *testing.T) {
	t.Parallel()
	const industry = `"environment":"https://report.cybertip.org/hashsharing"`
	for _, c := range []struct {
		api, given, config string
		disabled           bool
		err                string
	}{
		{api: "fb_threatexchange", given: `{"privacy_group":123456}`, config: `{"privacy_group":123456}`},
		{api: "fb_threatexchange", given: `{"privacy_group":1,"enabled":false,"name":7,"api":[],"more":{}}`, config: `{"privacy_group":1}`, disabled: true},
		{api: "fb_threatexchange", given: `{"privacy_group":1,"privacy_group":2}`, config: `{"privacy_group":2}`},
		{api: "fb_threatexchange", given: `{"privacy_group":9223372036854775807}`, config: `{"privacy_group":9223372036854775807}`},
		{api: "fb_threatexchange", given: `{}`, err: `missing value for field "privacy_group"`},
		{api: "fb_threatexchange", given: `{"privacy_group":"123"}`, err: `wrong type for field "privacy_group" - should be "int" instead of "str"`},
		{api: "fb_threatexchange", given: `{"privacy_group":1.0}`, err: `wrong type for field "privacy_group" - should be "int" instead of "float"`},
		{api: "fb_threatexchange", given: `{"privacy_group":1e3}`, err: `wrong type for field "privacy_group" - should be "int" instead of "float"`},
		{api: "fb_threatexchange", given: `{"privacy_group":null}`, err: `wrong type for field "privacy_group" - should be "int" instead of "NoneType"`},
		{api: "fb_threatexchange", given: `{"privacy_group":[1]}`, err: `wrong type for field "privacy_group" - should be "int" instead of "list"`},
		{api: "fb_threatexchange", given: `{"privacy_group":{}}`, err: `wrong type for field "privacy_group" - should be "int" instead of "dict"`},
		{api: "fb_threatexchange", given: `{"privacy_group":true}`, err: `wrong type for field "privacy_group" - should be "int" instead of "bool"`},
		{api: "fb_threatexchange", given: `{"privacy_group":9223372036854775808}`, err: `field "privacy_group": 9223372036854775808 does not fit into 64 bits`},
		{api: "fb_threatexchange", given: `{"privacy_group":1,"enabled":"yes"}`, err: `wrong type for field "enabled" - should be "bool" instead of "str"`},
		{api: "fb_threatexchange", given: `{"enabled":"yes"}`, err: `missing value for field "privacy_group"`}, // HMA's order
		{api: "fb_threatexchange", given: `[]`, err: "not a JSON object"},
		{api: "fb_threatexchange", given: `null`, err: "not a JSON object"},
		{api: "fb_threatexchange", given: `{`, err: "not a JSON object"},
		{api: "fb_threatexchange", given: `{}{}`, err: "more than one JSON value"},

		{api: "ncmec", given: `{` + industry + `}`, config: `{` + industry + `,"only_esp_ids":[]}`},
		{api: "ncmec", given: `{` + industry + `,"only_esp_ids":[3,1,2,1]}`, config: `{` + industry + `,"only_esp_ids":[1,2,3]}`},
		{api: "ncmec", given: `{}`, err: `missing value for field "environment"`},
		{api: "ncmec", given: `{"environment":"Industry"}`, err: `'Industry' is not a valid NCMECEnvironment`},
		{api: "ncmec", given: `{"environment":5}`, err: `wrong type for field "environment" - should be "NCMECEnvironment" instead of "int"`},
		{api: "ncmec", given: `{` + industry + `,"only_esp_ids":["1"]}`, err: `wrong type for field "only_esp_ids" - should be "Set" instead of "set"`},
		{api: "ncmec", given: `{` + industry + `,"only_esp_ids":5}`, err: `'int' object is not a list of numbers: field "only_esp_ids"`},
		{api: "ncmec", given: `{` + industry + `,"only_esp_ids":null}`, err: `'NoneType' object is not a list of numbers: field "only_esp_ids"`},
		{api: "ncmec", given: `{` + industry + `,"only_esp_ids":[` + strings.Repeat("1,", maxSet) + `1]}`, err: `field "only_esp_ids": 10001 numbers, at most 10000 are allowed`},

		{api: "sample", given: `{}`, config: `{}`},
		{api: "stop_ncii", given: `{"anything":1}`, config: `{}`},
		{api: "tat", given: `{}`, config: `{}`},
	} {
		config, enabled, err := named(t, c.api).Parse(json.RawMessage(c.given))
		if got := message(err); got != c.err || err == nil && (string(config) != c.config || enabled == c.disabled) {
			t.Errorf("%s %.120s: got %s, enabled %v, error %q; want %s, enabled %v, error %q", c.api, c.given, config, enabled, got, c.config, !c.disabled, c.err)
		}
	}
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ api, given, kept, err string }{
		{"fb_threatexchange", `{"api_token":"12345678|abc"}`, `{"api_token":"12345678|abc"}`, ""},
		{"ncmec", `{"password":"p","user":"u"}`, `{"password":"p","user":"u"}`, ""},
		{"stop_ncii", `{"subscription_key":"s","fetch_function_key":"f"}`, `{"fetch_function_key":"f","subscription_key":"s"}`, ""},
		{"stop_ncii", `{"subscription_key":"s","fetch_function_key":"f","base_url_override":null}`, `{"fetch_function_key":"f","subscription_key":"s"}`, ""},
		{"stop_ncii", `{"subscription_key":"s","fetch_function_key":"f","base_url_override":"https://a"}`, `{"base_url_override":"https://a","fetch_function_key":"f","subscription_key":"s"}`, ""},
		{"ncmec", `{}`, "", ""},
		{"ncmec", `null`, "", ""},
		{"sample", `{}`, "", ""},
		{"sample", `{"a":"b"}`, "", "`credential_json` is not wanted: Exchange API 'sample' does not support credentials"},
		{"ncmec", `[]`, "", "`credential_json` must be an object"},
		{"ncmec", `"u:p"`, "", "`credential_json` must be an object"},
		{"ncmec", `{"user":"u"}`, "", "`credential_json` is missing required fields: ['password']"},
		{"stop_ncii", `{"base_url_override":"x"}`, "", "`credential_json` is missing required fields: ['fetch_function_key', 'subscription_key']"},
		{"ncmec", `{"user":"u","password":"p","token":"t"}`, "", "`credential_json` has unexpected fields; allowed fields: ['password', 'user']"},
		{"ncmec", `{"user":1,"password":"p"}`, "", "`credential_json` is not valid for 'ncmec': wrong type for field \"user\" - should be \"str\" instead of \"int\""},
		{"ncmec", `{"user":"u","password":""}`, "", "`credential_json` is not valid for 'ncmec': field \"password\" is empty"},
		{"ncmec", `{"user":"u","password":"a\u0000b"}`, "", "`credential_json` is not valid for 'ncmec': field \"password\": has the control character U+0000 at byte 2"},
		{"stop_ncii", `{"subscription_key":"s","fetch_function_key":"f","base_url_override":1}`, "", "`credential_json` is not valid for 'stop_ncii': wrong type for field \"base_url_override\" - should be \"Optional\" instead of \"int\""},
	} {
		kept, err := named(t, c.api).ParseCredentials(json.RawMessage(c.given))
		if string(kept) != c.kept || message(err) != c.err {
			t.Errorf("%s %s: got %s, %q; want %s, %q", c.api, c.given, kept, message(err), c.kept, c.err)
		}
	}
}

func TestAnExchangeIsShownInTheOrderOfHMA(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		e    domain.Exchange
		want string
	}{
		{domain.Exchange{Name: "EX_N", API: "ncmec", Enabled: true, Config: json.RawMessage(`{"only_esp_ids":[1,2],"environment":"https://hashsharing.ncmec.org/npo"}`)}, `{
  "environment": "https://hashsharing.ncmec.org/npo",
  "name": "EX_N",
  "api": "ncmec",
  "enabled": true,
  "only_esp_ids": [
    1,
    2
  ]
}`},
		{domain.Exchange{Name: "EX_N", API: "ncmec", Config: json.RawMessage(`{"environment":"e","only_esp_ids":[]}`)}, `{
  "environment": "e",
  "name": "EX_N",
  "api": "ncmec",
  "enabled": false,
  "only_esp_ids": []
}`},
		{domain.Exchange{Name: "EX_S", API: "stop_ncii", Enabled: true}, `{
  "name": "EX_S",
  "api": "stop_ncii",
  "enabled": true
}`},
		{domain.Exchange{Name: "EX_T", API: "of_tomorrow", Enabled: true, Config: json.RawMessage(`{"b":1,"a":{"name":2},"name":"other"}`)}, `{
  "name": "EX_T",
  "api": "of_tomorrow",
  "enabled": true,
  "a": {
    "name": 2
  },
  "b": 1
}`},
	} {
		got, err := Render(c.e)
		if diff := cmp.Diff(c.want, string(got)); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", c.e.Name, err, diff)
		}
	}
	if _, err := Render(domain.Exchange{Config: json.RawMessage(`{`)}); err == nil {
		t.Error("settings that are no JSON were shown")
	}
}

// FuzzParse checks that whatever was accepted is accepted again as it is kept, and can be shown.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{`{}`, `null`, `{"privacy_group":1}`, `{"environment":"https://hashsharing.ncmec.org/npo","only_esp_ids":[3,3,1],"enabled":false}`, `{"enabled":0}`, `{"only_esp_ids":[1e9]}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, given string) {
		for _, a := range APIs() {
			config, enabled, err := a.Parse(json.RawMessage(given))
			if err != nil {
				continue
			}
			again, _, err := a.Parse(config)
			if err != nil || string(again) != string(config) {
				t.Errorf("%s: %s was kept as %s, and that is read as %s, %v", a.Name, given, config, again, err)
			}
			shown, err := Render(domain.Exchange{Name: "X", API: a.Name, Config: config, Enabled: enabled})
			if err != nil {
				t.Errorf("%s: %s cannot be shown: %v", a.Name, config, err)
			}
			if back, on, err := a.Parse(shown); err != nil || string(back) != string(config) || on != enabled {
				t.Errorf("%s: %s is shown as %s, and that is read as %s, %v, %v", a.Name, config, shown, back, on, err)
			}
		}
	})
}

// FuzzCredentials checks that no message repeats a value, and that what was accepted is accepted again as it is kept.
func FuzzCredentials(f *testing.F) {
	for _, a := range APIs() {
		for _, field := range a.Credentials {
			f.Add(field.Name, "hunter2")
		}
	}
	f.Fuzz(func(t *testing.T, name, value string) {
		const secret = "s3cr3t-of-the-fuzz"
		for _, a := range APIs() {
			given := map[string]any{name: value + secret}
			for _, field := range a.Credentials {
				if field.Required && field.Name != name {
					given[field.Name] = secret + value
				}
			}
			object, err := json.Marshal(given)
			if err != nil {
				t.Skip()
			}
			kept, err := a.ParseCredentials(object)
			if err != nil {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("the message repeats the secret: %v", err)
				}
				continue
			}
			again, err := a.ParseCredentials(kept)
			if err != nil || string(again) != string(kept) {
				t.Errorf("%s: kept %s, and that is read as %s, %v", a.Name, kept, again, err)
			}
		}
	})
}

func TestFieldsAreWellFormed(t *testing.T) {
	t.Parallel()
	for _, a := range APIs() {
		seen := []string{"name", "api", "enabled"}
		for _, f := range a.Config {
			if slices.Contains(seen, f.Name) || f.Required && f.Default != nil || (f.Type == Enum) != (f.Choices != nil) {
				t.Errorf("%s: field %+v", a.Name, f)
			}
			seen = append(seen, f.Name)
		}
		for _, f := range a.Credentials {
			if f.Type != String {
				t.Errorf("%s: the credential %s is no text", a.Name, f.Name)
			}
		}
	}
}

func named(t *testing.T, name string) API {
	t.Helper()
	a, ok := Named(name)
	if !ok {
		t.Fatalf("no API %q", name)
	}
	return a
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
