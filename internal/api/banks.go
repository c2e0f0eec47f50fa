package api

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/quell-project/quell/internal/domain"
)

type bankRequest struct {
	_ struct{} `json:"-" additionalProperties:"false"`

	Name         string         `json:"name" minLength:"1" maxLength:"255" doc:"Letters, digits, '_', '-' and '.'." example:"grey-heron"`
	Kind         string         `json:"kind" enum:"known,negative,known-csam" doc:"What a match means: known content is not wanted; negative content is known to be good and suppresses other matches; known-csam is like known, and nothing that could show the picture is kept." example:"known"`
	Limits       map[string]int `json:"limits,omitempty" doc:"Largest distance that still matches, per signal type." example:"{\"pdq\":31}"`
	EnabledShare *float64       `json:"enabled_share,omitempty" minimum:"0" maximum:"1" doc:"Share of contents for which the bank counts; 1 if absent. A content is always treated the same way."`
	Description  string         `json:"description,omitempty" maxLength:"4096"`
}

type bankPatch struct {
	_ struct{} `json:"-" additionalProperties:"false"`

	Name         *string        `json:"name,omitempty" minLength:"1" maxLength:"255" doc:"A new name; records of earlier matches keep the old one."`
	Limits       map[string]int `json:"limits,omitempty" doc:"Replaces the limits that are named; others stay."`
	EnabledShare *float64       `json:"enabled_share,omitempty" minimum:"0" maximum:"1"`
	Description  *string        `json:"description,omitempty" maxLength:"4096"`
}

type bankShape struct {
	ID           string           `json:"id"`
	Name         string           `json:"name" example:"grey-heron"`
	Kind         string           `json:"kind" enum:"known,negative,known-csam"`
	Limits       map[string]int   `json:"limits" doc:"For every signal type, set here or by default."`
	EnabledShare float64          `json:"enabled_share"`
	Description  string           `json:"description,omitempty"`
	CreatedAt    time.Time        `json:"created_at"`
	Signals      map[string]int64 `json:"signals,omitempty" doc:"Live signals of each type; only when one bank is asked for."`
}

type bankList struct {
	Banks []bankShape `json:"banks"`
}

type bankPath struct {
	Name string `path:"name" maxLength:"255" example:"grey-heron"`
}

func (s *server) bankRoutes() {
	register(s, huma.Operation{OperationID: "list-banks", Method: http.MethodGet, Path: "/api/v1/banks", Tags: []string{tagBanks}, Summary: "All banks"}, s.listBanks)
	receive(s, huma.Operation{
		OperationID: "create-bank", Method: http.MethodPost, Path: "/api/v1/banks", Tags: []string{tagBanks}, Summary: "Create a bank",
		RequestBody: jsonBody(schema[bankRequest](s), `{"name":"grey-heron","kind":"known","limits":{"pdq":31}}`), DefaultStatus: http.StatusCreated, Errors: []int{http.StatusConflict},
	}, intake{json: maxJSON}, s.createBank)
	register(s, huma.Operation{OperationID: "get-bank", Method: http.MethodGet, Path: "/api/v1/banks/{name}", Tags: []string{tagBanks}, Summary: "One bank", Errors: []int{http.StatusNotFound}}, s.getBank)
	receive(s, huma.Operation{
		OperationID: "change-bank", Method: http.MethodPatch, Path: "/api/v1/banks/{name}", Tags: []string{tagBanks}, Summary: "Change the settings of a bank",
		Parameters: bankParam(), RequestBody: jsonBody(schema[bankPatch](s), `{"limits":{"pdq":20}}`), Errors: []int{http.StatusNotFound, http.StatusConflict},
	}, intake{json: maxJSON}, s.changeBank)
	register(s, huma.Operation{
		OperationID: "remove-bank", Method: http.MethodDelete, Path: "/api/v1/banks/{name}", Tags: []string{tagBanks}, Summary: "Remove a bank",
		Description: "The bank and everything in it no longer counts, everywhere within a second, and its name is free again. There is no way back; records of what matched stay. " +
			"The answer shows the bank as it was.", Errors: []int{http.StatusNotFound},
	}, s.removeBank)
}

// bankParam describes the name of a bank in a path.
func bankParam() []*huma.Param {
	return []*huma.Param{{Name: "name", In: "path", Required: true, Example: "grey-heron", Schema: &huma.Schema{Type: huma.TypeString, MaxLength: new(domain.MaxBankName)}}}
}

// shapeBank shapes a bank, with the numbers of its live signals if there are any to tell.
func (s *server) shapeBank(b domain.Bank, signals map[domain.SignalType]int64) bankShape {
	shape := bankShape{ID: string(b.ID), Name: b.Name, Kind: string(b.Kind), Limits: map[string]int{}, EnabledShare: b.EnabledShare, Description: b.Description, CreatedAt: b.CreatedAt.Std()}
	if signals != nil {
		shape.Signals = map[string]int64{}
	}
	for _, t := range s.SignalTypes {
		limit, set := b.Limits[t.Name]
		if !set {
			limit = t.DefaultLimit
		}
		shape.Limits[string(t.Name)] = limit
		if signals != nil {
			shape.Signals[string(t.Name)] = signals[t.Name]
		}
	}
	return shape
}

func (s *server) listBanks(ctx context.Context, _ *struct{}) (*body[bankList], error) {
	banks, err := s.Banks.Banks(ctx)
	if err != nil {
		return nil, err
	}
	list := bankList{Banks: []bankShape{}}
	for _, b := range banks {
		list.Banks = append(list.Banks, s.shapeBank(b, nil))
	}
	return &body[bankList]{list}, nil
}

func (s *server) createBank(r *http.Request, f form) (bankShape, error) {
	q, err := decode[bankRequest](s, f.document, "body")
	if err != nil {
		return bankShape{}, err
	}
	if err := domain.CheckBankName(q.Name); err != nil {
		return bankShape{}, unprocessable("body.name", err.Error())
	}
	if err := domain.CheckDescription(q.Description); err != nil {
		return bankShape{}, unprocessable("body.description", err.Error())
	}
	b := domain.Bank{Name: q.Name, Kind: domain.BankKind(q.Kind), Limits: map[domain.SignalType]int{}, EnabledShare: 1, Description: q.Description}
	if q.EnabledShare != nil {
		b.EnabledShare = *q.EnabledShare
	}
	if err := s.setLimits(&b, q.Limits); err != nil {
		return bankShape{}, err
	}
	b, err = s.Banks.CreateBank(r.Context(), b)
	return s.shapeBank(b, nil), err
}

// setLimits sets the limits of a bank that are named.
func (s *server) setLimits(b *domain.Bank, limits map[string]int) error {
	for _, name := range slices.Sorted(maps.Keys(limits)) {
		limit, at := limits[name], "body.limits."+domain.Clip(name, mostTold)
		t, err := s.signalType(name, at)
		if err != nil {
			return err
		}
		if limit < 0 || limit > t.MaxLimit {
			return unprocessable(at, fmt.Sprintf("%d is not a limit for %s: 0 to %d are", limit, t.Name, t.MaxLimit))
		}
		b.Limits[t.Name] = limit
	}
	return nil
}

func (s *server) getBank(ctx context.Context, in *bankPath) (*body[bankShape], error) {
	b, err := s.Banks.BankNamed(ctx, in.Name)
	if err != nil {
		return nil, err
	}
	signals, err := s.Banks.CountSignals(ctx, b)
	if err != nil {
		return nil, err
	}
	return &body[bankShape]{s.shapeBank(b, signals)}, nil
}

func (s *server) changeBank(r *http.Request, f form) (bankShape, error) {
	q, err := decode[bankPatch](s, f.document, "body")
	if err != nil {
		return bankShape{}, err
	}
	b, err := s.Banks.ChangeBank(r.Context(), r.PathValue("name"), func(b *domain.Bank) error {
		if q.Name != nil {
			if err := domain.CheckBankName(*q.Name); err != nil {
				return unprocessable("body.name", err.Error())
			}
			b.Name = *q.Name
		}
		if q.EnabledShare != nil {
			b.EnabledShare = *q.EnabledShare
		}
		if q.Description != nil {
			if err := domain.CheckDescription(*q.Description); err != nil {
				return unprocessable("body.description", err.Error())
			}
			b.Description = *q.Description
		}
		return s.setLimits(b, q.Limits)
	})
	return s.shapeBank(b, nil), err
}

func (s *server) removeBank(ctx context.Context, in *bankPath) (*body[bankShape], error) {
	b, err := s.Banks.BankNamed(ctx, in.Name)
	if err != nil {
		return nil, err
	}
	return &body[bankShape]{s.shapeBank(b, nil)}, s.Banks.RemoveBank(ctx, b.ID)
}
