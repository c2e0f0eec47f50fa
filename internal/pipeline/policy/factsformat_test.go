package policy_test

import (
	"encoding/hex"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quell-project/quell/internal/pipeline/policy"
)

// everyFact has every field of facts, each of another value.
func everyFact() policy.Facts {
	next := int64(0)
	var fill func(v reflect.Value)
	fill = func(v reflect.Value) {
		next++
		switch v.Kind() {
		case reflect.Pointer:
			v.Set(reflect.New(v.Type().Elem()))
			fill(v.Elem())
		case reflect.Struct:
			for i := range v.NumField() {
				fill(v.Field(i))
			}
		case reflect.Slice:
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
			fill(v.Index(0))
		case reflect.Map:
			one := reflect.New(v.Type().Elem()).Elem()
			if one.Kind() == reflect.Interface {
				one.Set(reflect.ValueOf("x"))
			} else {
				fill(one)
			}
			v.Set(reflect.MakeMap(v.Type()))
			v.SetMapIndex(reflect.ValueOf("k"), one)
		case reflect.String:
			v.SetString(string(rune('a' + next%26)))
		case reflect.Bool:
			v.SetBool(true)
		case reflect.Int, reflect.Int64:
			v.SetInt(next)
		case reflect.Uint32:
			v.SetUint(uint64(next))
		default:
			panic("facts of a new kind: " + v.Kind().String())
		}
	}
	var f policy.Facts
	fill(reflect.ValueOf(&f).Elem())
	f.AccountID = "" // not in it
	return f
}

// recordedFacts is how every fact is recorded. Facts on record stay readable: a field may be added, and then this grows; none changes its number
// or its kind. docs/formats/facts.md has the table.
const recordedFacts = `ad010202030361650405050606a501616902616a03616b040b05a1616b617807a2010f02a701a301130214031502a3011702181803181903a301181b02181c03181d04a301181f02182003182105a301182302182403182506a301182702182803182907a301182b02182c03182d0881aa0161610261620361630418510518520618530718540861680961690a616a0981ab01a301616e02616f03a701a301186002186103186202a301186402186503186603a301186802186903186a04a301186c02186d03186e05a301187002187103187206a301187402187503187607a301187802187903187a02a301617502617603a701a301188102188203188302a301188502188603188703a301188902188a03188b04a301188d02188e03188f05a301189102189203189306a301189502189603189707a301189902189a03189b03189c04189d05616306189f07616508816167098161690af50b18a60a81a201616e0218aa0b81a60161720261730361740481617605f506f50ca1616ba701a30118b70218b80318b902a30118bb0218bc0318bd03a30118bf0218c00318c104a30118c30218c40318c505a30118c70218c80318c906a30118cb0218cc0318cd07a30118cf0218d00318d10da701a301183102183203183302a301183502183603183703a301183902183a03183b04a301183d02183e03183f05a301184102184203184306a301184502184603184707a301184902184a03184b`

func TestFactsAreRecordedAsTheyWere(t *testing.T) {
	t.Parallel()
	f := everyFact()
	text, err := f.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if got := hex.EncodeToString(text); got != recordedFacts {
		t.Errorf("facts are recorded in another way:\n%s\nwant\n%s", got, recordedFacts)
	}
	old, err := hex.DecodeString(recordedFacts)
	if err != nil {
		t.Fatal(err)
	}
	var back policy.Facts
	if err := back.Decode(old); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(f, back); diff != "" {
		t.Errorf("what was recorded is read (-want +got):\n%s", diff)
	}
}

// FuzzFacts reads facts from a database that may hold anything: what can be read is written again as it is, and can be judged.
func FuzzFacts(f *testing.F) {
	all, small := everyFact(), policy.Facts{Env: 1, Now: 1, Matches: []policy.Match{{Part: "file-1"}}}
	for _, facts := range []policy.Facts{all, small} {
		text, err := facts.Encode()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	p, found := policy.Load([]byte("policy: p\nrules:\n  - {id: r, when: 'matches.exists(m, m.distance <= 20) || account.age < duration(\"1h\") || size(reports) > 3', decide: block}\n"))
	if p == nil {
		f.Fatal(found)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var facts, again policy.Facts
		if facts.Decode(text) != nil {
			return
		}
		out, err := facts.Encode()
		if err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		if err := again.Decode(out); err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		if r := p.Judge(&facts, 1); r.Verdict != p.Judge(&again, 1).Verdict || !r.Verdict.Valid() {
			t.Errorf("verdict %q", r.Verdict)
		}
	})
}
