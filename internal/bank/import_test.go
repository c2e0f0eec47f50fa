package bank_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/quell-project/quell/internal/bank"
	"github.com/quell-project/quell/internal/bank/banktest"
	"github.com/quell-project/quell/internal/domain"
)

var heron = domain.Bank{ID: "b1", Name: "grey-heron", Kind: domain.Known}

func model() *banktest.Model {
	return &banktest.Model{Now: func() domain.Time { return noon }}
}

func options() bank.Options { return bank.Options{Source: "marsh watch", Now: noon} }

func importList(t *testing.T, store bank.Store, list string, opts bank.Options) bank.Summary {
	t.Helper()
	summary, err := bank.Import(t.Context(), store, heron, bank.NewReader(strings.NewReader(list), bank.Guess), opts)
	if err != nil {
		t.Fatal(err)
	}
	return summary
}

func held(t *testing.T, store *banktest.Model) []domain.ListRecord {
	t.Helper()
	records, err := store.Records(t.Context(), heron.ID)
	if err != nil {
		t.Fatal(err)
	}
	return records
}

var inAnyOrder = cmp.Options{cmpopts.EquateEmpty(), cmpopts.SortSlices(func(a, b domain.ListRecord) bool {
	return fmt.Sprint(a.Ref, a.Type, a.Value) < fmt.Sprint(b.Ref, b.Type, b.Value)
})}

// md5s returns a CSV list of n signals, the first being from.
func md5s(from, n int) string {
	var b strings.Builder
	b.WriteString("type,value\n")
	for i := range n {
		fmt.Fprintf(&b, "md5,%032x\n", from+i)
	}
	return b.String()
}

func TestImport(t *testing.T) {
	t.Parallel()
	store := model()
	list := `type,value,entry,withdrawn
# comment
md5,` + md5Value + `,item-1,
md5,broken,item-2,
pdq,` + pdqValue + `,item-1,

md5,` + md5Value + `,item-9,true
pdq,broken too,,
`
	var reported []bank.LineError
	opts := options()
	opts.Report = func(line *bank.LineError) { reported = append(reported, *line) }

	got := importList(t, store, list, opts)
	if diff := cmp.Diff(bank.Summary{Lines: 8, ListOutcome: domain.ListOutcome{Added: 2, Unchanged: 1}, Bad: 2}, got); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}
	wantReported := []bank.LineError{
		{Line: 4, Reason: `md5 "broken": 6 characters, want 32 hexadecimal digits`},
		{Line: 8, Reason: `pdq "broken too": 10 characters, want 64 hexadecimal digits`},
	}
	if diff := cmp.Diff(wantReported, reported); diff != "" {
		t.Errorf("reported (-want +got):\n%s", diff)
	}
	p := domain.Provenance{Source: "marsh watch", AddedAt: noon, Confidence: 1}
	wantHeld := []domain.ListRecord{
		{Ref: "item-1", Type: domain.MD5, Value: md5Value, Provenance: p},
		{Ref: "item-1", Type: domain.PDQ, Value: pdqValue, Provenance: p},
	}
	if diff := cmp.Diff(wantHeld, held(t, store), inAnyOrder); diff != "" {
		t.Errorf("held (-want +got):\n%s", diff)
	}
}

func TestImportAgainChangesNothing(t *testing.T) {
	t.Parallel()
	now := noon
	store := &banktest.Model{Now: func() domain.Time { return now }}
	list := md5s(1, 10) + "# some that say more\n" + strings.TrimPrefix(md5s(20, 2), "type,value\n")
	importList(t, store, list, options())
	before := held(t, store)

	now += 1_000_000
	opts := options()
	opts.Now = now
	if got := importList(t, store, list, opts); got.Unchanged != 12 || got.Added+got.Updated+got.Withdrawn != 0 {
		t.Errorf("the second time: %+v", got)
	}
	if diff := cmp.Diff(before, held(t, store), inAnyOrder); diff != "" {
		t.Errorf("held (-before +after):\n%s", diff)
	}
}

func TestSourceOfTheRecordGoesBeforeTheDefault(t *testing.T) {
	t.Parallel()
	store := model()
	importList(t, store, "type,value,source\nmd5,"+md5Value+",reed watch\npdq,"+pdqValue+",\n", options())
	sources := map[domain.SignalType]string{}
	for _, rec := range held(t, store) {
		sources[rec.Type] = rec.Provenance.Source
	}
	if diff := cmp.Diff(map[domain.SignalType]string{domain.MD5: "reed watch", domain.PDQ: "marsh watch"}, sources); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWhatHasExpiredIsTakenAsWithdrawn(t *testing.T) {
	t.Parallel()
	store := model()
	list := "type,value,expires_at\nmd5," + md5Value + "," + (noon + 1).String() + "\npdq," + pdqValue + "," + noon.String() + "\n"
	if got, want := importList(t, store, list, options()).ListOutcome, (domain.ListOutcome{Added: 1, Unchanged: 1}); got != want {
		t.Errorf("one has just expired: %+v, want %+v", got, want)
	}
	later := options()
	later.Now++
	if got, want := importList(t, store, list, later).ListOutcome, (domain.ListOutcome{Withdrawn: 1, Unchanged: 1}); got != want {
		t.Errorf("now the other has too: %+v, want %+v", got, want)
	}
	if got, want := importList(t, store, list, later).ListOutcome, (domain.ListOutcome{Unchanged: 2}); got != want {
		t.Errorf("and once more: %+v, want %+v", got, want)
	}
}

func TestImportGoesInBatches(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		size, records int
		batches       []int
		progress      []int
	}{
		{size: 4, records: 9, batches: []int{3, 4, 2}, progress: []int{4, 8, 10}},
		{size: 5, records: 9, batches: []int{4, 5}, progress: []int{5, 10, 10}},
		{size: 100, records: 9, batches: []int{9}, progress: []int{10}},
		{size: 0, records: 1500, batches: []int{999, 501}, progress: []int{1000, 1501}},
	} {
		store := &recording{Store: model()}
		var progress []int
		opts := options()
		opts.BatchSize = test.size
		opts.Progress = func(done int) { progress = append(progress, done) }
		importList(t, store, md5s(1, test.records), opts)
		if diff := cmp.Diff(test.batches, store.batches); diff != "" {
			t.Errorf("batches of %d (-want +got):\n%s", test.size, diff)
		}
		if diff := cmp.Diff(test.progress, progress); diff != "" {
			t.Errorf("progress in batches of %d (-want +got):\n%s", test.size, diff)
		}
	}
}

func TestImportSaysHowFarItGotAndCanBeRepeated(t *testing.T) {
	t.Parallel()
	store := &recording{Store: model(), failAt: 3}
	list := md5s(1, 20)
	opts := options()
	opts.BatchSize = 6
	summary, err := bank.Import(t.Context(), store, heron, bank.NewReader(strings.NewReader(list), bank.CSV), opts)
	if !errors.Is(err, errDisk) || err.Error() != `import into bank "grey-heron", lines 13 to 18: disk full` {
		t.Errorf("error %v", err)
	}
	if diff := cmp.Diff(bank.Summary{Lines: 12, ListOutcome: domain.ListOutcome{Added: 11}}, summary); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}
	if got, want := importList(t, store, list, opts).ListOutcome, (domain.ListOutcome{Added: 9, Unchanged: 11}); got != want {
		t.Errorf("repeated: %+v, want %+v", got, want)
	}
}

func TestImportEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	opts := options()
	opts.BatchSize = 5
	opts.Progress = func(int) { cancel() }
	summary, err := bank.Import(ctx, model(), heron, bank.NewReader(strings.NewReader(md5s(1, 20)), bank.CSV), opts)
	if !errors.Is(err, context.Canceled) || summary.Lines != 5 || summary.Added != 4 {
		t.Errorf("%+v, %v", summary, err)
	}
}

func TestImportOfAListThatCannotBeRead(t *testing.T) {
	t.Parallel()
	store := &recording{Store: model()}
	_, err := bank.Import(t.Context(), store, heron, bank.NewReader(strings.NewReader("type,value,colour\n"), bank.CSV), options())
	if err == nil || !strings.Contains(err.Error(), `unknown column "colour"`) || len(store.batches) > 0 {
		t.Errorf("%v, batches %v", err, store.batches)
	}
}

func TestImportWantsToKnowWhenceAndWhen(t *testing.T) {
	t.Parallel()
	for _, opts := range []bank.Options{{Source: "marsh watch"}, {Now: noon}, {Source: "two\nlines", Now: noon}} {
		if _, err := bank.Import(t.Context(), model(), heron, bank.NewReader(strings.NewReader(md5s(1, 1)), bank.CSV), opts); err == nil {
			t.Errorf("%+v gives no error", opts)
		}
	}
}

// TestExportThenImport checks that a list takes everything from one bank to another, and changes nothing in the bank it came from.
func TestExportThenImport(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(5, 0))
	for range 30 {
		here, there := model(), model()
		var records []domain.ListRecord
		for range 40 {
			rec := anyRecord(random)
			rec.Ref = fmt.Sprint("item ", random.IntN(8)) // so that some meet
			records = append(records, rec)
		}
		importList(t, here, write(t, bank.JSONL, records...), options())
		all := held(t, here)

		for _, format := range formats {
			list := write(t, format, all...)
			if got := importList(t, here, list, options()); got.Unchanged != len(all) {
				t.Fatalf("%s, into the same bank: %+v, but there are %d signals", format, got, len(all))
			}
			importList(t, there, list, options())
			if diff := cmp.Diff(live(all), live(held(t, there)), inAnyOrder); diff != "" {
				t.Fatalf("%s, into another bank (-want +got):\n%s", format, diff)
			}
		}
	}
}

func live(records []domain.ListRecord) []domain.ListRecord {
	var live []domain.ListRecord
	for _, rec := range records {
		if !rec.Withdrawn {
			live = append(live, rec)
		}
	}
	return live
}

var errDisk = errors.New("disk full")

// recording notes the sizes of batches and fails at one of them.
type recording struct {
	bank.Store
	batches []int
	failAt  int // from 1
}

func (r *recording) ApplyRecords(ctx context.Context, b domain.BankID, records []domain.ListRecord) (domain.ListOutcome, error) {
	r.batches = append(r.batches, len(records))
	if len(r.batches) == r.failAt {
		return domain.ListOutcome{}, errDisk
	}
	outcome, err := r.Store.ApplyRecords(ctx, b, records)
	clear(records) // a store must not keep them
	return outcome, err
}
