package hma

import (
	"encoding/json"
	"math"
	"net/http"
	"regexp"
	"strconv"

	"github.com/quell-project/quell/internal/domain"
)

// bankRoutes list, make, change and remove banks.
func (f *face) bankRoutes() []route {
	const tag = "Banks"
	missing := []int{http.StatusNotFound}
	return []route{
		{method: http.MethodGet, rule: "/c/banks", tag: tag, summary: "Every bank, by name", answer: listOf(bankSchema), handle: f.listBanks},
		{method: http.MethodPost, rule: "/c/banks", tag: tag, summary: "Make a bank", body: bankCreateModel.document(), status: http.StatusCreated, answer: bankSchema,
			errors: []int{http.StatusBadRequest, http.StatusForbidden, http.StatusUnprocessableEntity}, handle: f.createBank},
		{method: http.MethodGet, rule: "/c/bank/<bank_name>", tag: tag, summary: "A bank", answer: bankSchema, errors: missing, handle: f.showBank},
		{method: http.MethodPut, rule: "/c/bank/<bank_name>", tag: tag, summary: "Change the name of a bank, or the share of contents for which it counts", body: bankUpdateModel.document(), answer: bankSchema,
			errors: append(missing, http.StatusBadRequest, http.StatusForbidden, http.StatusUnprocessableEntity), handle: f.changeBank},
		{method: http.MethodDelete, rule: "/c/bank/<bank_name>", tag: tag, summary: "Remove a bank with all that is in it, if it is there", answer: messageSchema, handle: f.removeBank},
	}
}

var (
	bankSchema    = fields(map[string]schema{"matching_enabled_ratio": numberSchema, "name": textSchema})
	messageSchema = fields(map[string]schema{"message": textSchema})
)

// bankName is what banks may be called here. Those that were made elsewhere may have other names.
var bankName = regexp.MustCompile(`\A[A-Z_][A-Z0-9_]*\z`)

const textBankName = "Bank names must be UPPER_WITH_UNDERSCORE"

func checkBankName(name string) error {
	if !bankName.MatchString(name) {
		return badRequest(textBankName)
	}
	if len(name) > domain.MaxBankName {
		return badRequest("%s, with at most %d characters", textBankName, domain.MaxBankName)
	}
	return nil
}

// shapeBank is a bank in the form of HMA.
func shapeBank(b domain.Bank) object {
	return object{"matching_enabled_ratio": b.EnabledShare, "name": b.Name}
}

type bankCreate struct {
	Name    string   `name:"name" doc:"capital letters, digits and underscores, not starting with a digit"`
	Ratio   *float64 `name:"enabled_ratio" doc:"share of contents for which the bank counts, 0 to 1; without it, what enabled says, else 1"`
	Enabled *bool    `name:"enabled" doc:"true is the ratio 1, false 0"`
}

type bankUpdate struct {
	Name    *string  `name:"name" doc:"the new name"`
	Ratio   *float64 `name:"enabled_ratio" doc:"share of contents for which the bank counts, 0 to 1"`
	Enabled *bool    `name:"enabled" doc:"true is the ratio 1, false 0; enabled_ratio goes before it"`
}

var (
	bankCreateModel = newModel[bankCreate]("BankCreateRequest")
	bankUpdateModel = newModel[bankUpdate]("BankUpdateRequest")
)

// ratioOf returns the share that a client wants: what ratio says, else what enabled says; nil if neither says anything.
func ratioOf(ratio *float64, enabled *bool) (*float64, error) {
	if ratio != nil || enabled == nil {
		return ratio, checkRatio(ratio)
	}
	share := 0.0
	if *enabled {
		share = 1
	}
	return &share, nil
}

// checkRatio wants a ratio of 0 to 1, if there is one. The error is the one that pydantic has for such bounds.
func checkRatio(ratio *float64) error {
	switch {
	case ratio == nil || *ratio >= 0 && *ratio <= 1:
		return nil
	case *ratio > 1:
		return outOfBounds("less_than_equal", "le", 1, *ratio)
	}
	return outOfBounds("greater_than_equal", "ge", 0, *ratio) // what is no number is in no order
}

func outOfBounds(kind, bound string, value int, sent float64) error {
	input := json.RawMessage(strconv.FormatFloat(sent, 'g', -1, 64))
	if math.IsNaN(sent) || math.IsInf(sent, 0) {
		input = quoted(string(input))
	}
	m := misfitOf(kind, input, "enabled_ratio")
	m.Context = map[string]any{bound: value}
	return invalid{m}
}

// bankOf returns the bank that the path names.
func (f *face) bankOf(r *request) (domain.Bank, error) {
	name := r.param("bank_name")
	b, err := f.Banks.BankNamed(r.Context(), name)
	if err != nil && f.Faults.NotFound(err) {
		return b, refuse(http.StatusNotFound, "bank '%s' not found", domain.Clip(name, mostTold))
	}
	return b, outageOf(err)
}

func (f *face) listBanks(r *request) (any, error) {
	banks, err := f.Banks.Banks(r.Context())
	if err != nil {
		return nil, outageOf(err)
	}
	shapes := make([]object, len(banks))
	for i, b := range banks {
		shapes[i] = shapeBank(b)
	}
	return shapes, nil
}

func (f *face) showBank(r *request) (any, error) {
	b, err := f.bankOf(r)
	if err != nil {
		return nil, err
	}
	return shapeBank(b), nil
}

func (f *face) createBank(r *request) (any, error) {
	q, err := bankCreateModel.body(r)
	if err != nil {
		return nil, err
	}
	share, err := ratioOf(q.Ratio, q.Enabled)
	if err != nil {
		return nil, err
	}
	if err := checkBankName(q.Name); err != nil {
		return nil, err
	}
	b := domain.Bank{Name: q.Name, Kind: domain.Known, EnabledShare: 1}
	if share != nil {
		b.EnabledShare = *share
	}
	b, err = f.Banks.CreateBank(r.Context(), b)
	switch {
	case err == nil:
		return created(shapeBank(b)), nil
	case f.Faults.Conflict(err):
		return nil, refuse(http.StatusForbidden, "Bank already exists")
	}
	return nil, outageOf(err)
}

func (f *face) changeBank(r *request) (any, error) {
	q, err := bankUpdateModel.body(r)
	if err != nil {
		return nil, err
	}
	share, err := ratioOf(q.Ratio, q.Enabled)
	if err != nil {
		return nil, err
	}
	b, err := f.Banks.ChangeBank(r.Context(), r.param("bank_name"), func(b *domain.Bank) error {
		if share != nil {
			b.EnabledShare = *share
		}
		if q.Name == nil || *q.Name == b.Name { // a name that was given elsewhere may stay
			return nil
		}
		b.Name = *q.Name
		return checkBankName(b.Name)
	})
	if err != nil {
		return nil, f.bankNotChanged(err)
	}
	shape := shapeBank(b)
	if q.Ratio == nil && q.Enabled != nil {
		shape["matching_enabled_ratio"] = int(b.EnabledShare) // as HMA does: 0 and 1, not 0.0 and 1.0
	}
	return shape, nil
}

// bankNotChanged says why a bank was not changed.
func (f *face) bankNotChanged(err error) error {
	if _, told := err.(*failure); told {
		return err
	}
	switch {
	case f.Faults.NotFound(err):
		return refuse(http.StatusNotFound, "Bank not found")
	case f.Faults.Conflict(err):
		return refuse(http.StatusForbidden, "Bank name already exists")
	}
	return outageOf(err)
}

func (f *face) removeBank(r *request) (any, error) {
	b, err := f.Banks.BankNamed(r.Context(), r.param("bank_name"))
	if err == nil {
		err = f.Banks.RemoveBank(r.Context(), b.ID)
	}
	if err != nil && !f.Faults.NotFound(err) {
		return nil, outageOf(err)
	}
	return object{"message": "Done"}, nil
}
