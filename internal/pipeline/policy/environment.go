package policy

import (
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/ext"
)

// Bounds of conditions. Their cost is that of CEL: about one for each step of an evaluation on the largest facts there can be.
const (
	maxCost      = 5_000_000
	maxCosts     = 20_000_000 // of all conditions of a policy
	maxCondition = 8 << 10    // bytes
	maxName      = 256        // bytes of a name in the facts, for the estimate
	maxString    = 4 << 10    // and of a text
	listsName    = "lists"
)

// typeProvider tells CEL about the kinds, and about the named lists of one policy.
type typeProvider struct {
	*types.Registry
	kinds map[string]*kind
}

// FindStructType implements types.Provider.
func (p *typeProvider) FindStructType(name string) (*types.Type, bool) {
	if k, ok := p.kinds[name]; ok {
		return types.NewTypeTypeWithParam(k.typ), true
	}
	return p.Registry.FindStructType(name)
}

// FindStructFieldNames implements types.Provider.
func (p *typeProvider) FindStructFieldNames(name string) ([]string, bool) {
	k, ok := p.kinds[name]
	if !ok {
		return p.Registry.FindStructFieldNames(name)
	}
	var fields []string
	for _, f := range k.fields {
		fields = append(fields, f.name)
	}
	return fields, true
}

// FindStructFieldType implements types.Provider.
func (p *typeProvider) FindStructFieldType(name, fieldName string) (*types.FieldType, bool) {
	k, ok := p.kinds[name]
	if !ok {
		return p.Registry.FindStructFieldType(name, fieldName)
	}
	f, ok := k.byName[fieldName]
	if !ok {
		return nil, false
	}
	return &types.FieldType{
		Type: f.typ,
		IsSet: func(of any) bool {
			_, missing := of.(*types.Unknown)
			return !missing && !types.IsUnknown(f.get(of))
		},
		GetFrom: func(of any) (any, error) {
			if missing, ok := of.(*types.Unknown); ok {
				return missing, nil
			}
			return f.get(of), nil
		},
	}, true
}

// NewValue implements types.Provider: conditions look at facts and make none.
func (p *typeProvider) NewValue(name string, _ map[string]ref.Val) ref.Val {
	return types.NewErr("a %s cannot be made in a condition", name)
}

// newEnvironment makes the environment of a policy with some named lists.
func newEnvironment(lists map[string][]string) (*cel.Env, *object, error) {
	registry, err := types.NewRegistry()
	if err != nil {
		return nil, nil, err
	}
	p := &typeProvider{Registry: registry, kinds: map[string]*kind{}}
	for _, k := range kinds {
		p.kinds[k.name] = k
	}
	listKind := newKind("Lists", "The named lists of the policy.", listFields(lists)...)
	p.kinds[listKind.name] = listKind
	options := []cel.EnvOption{
		cel.CustomTypeAdapter(registry), cel.CustomTypeProvider(p), cel.EnableMacroCallTracking(), cel.CrossTypeNumericComparisons(true), cel.DefaultUTCTimeZone(true),
		cel.ParserExpressionSizeLimit(maxCondition), cel.ExpressionNestingDepthLimit(64), cel.Variable(listsName, listKind.typ), ext.Strings(),
		cel.ASTValidators(cel.ValidateDurationLiterals(), cel.ValidateTimestampLiterals(), cel.ValidateRegexLiterals()),
	}
	for _, v := range variables {
		options = append(options, cel.Variable(v.name, v.typ))
	}
	env, err := cel.NewEnv(options...)
	return env, &object{listKind, listKind}, err
}

func listFields(lists map[string][]string) []field {
	var fields []field
	for _, name := range sortedKeys(lists) {
		values := newNames(lists[name])
		fields = append(fields, field{name: name, typ: cel.ListType(cel.StringType), get: func(any) ref.Val { return values }})
	}
	return fields
}

// sizes tells the estimate of costs how large facts can be.
type sizes struct{ lists map[string][]string }

// EstimateCallCost implements cost.Estimator.
func (sizes) EstimateCallCost(string, string, *cost.AstNode, []cost.AstNode) *cost.CallEstimate {
	return nil
}

// EstimateSize implements cost.Estimator.
func (s sizes) EstimateSize(n cost.AstNode) *cost.SizeEstimate {
	if n.ComputedSize() != nil {
		return nil
	}
	return &cost.SizeEstimate{Max: s.size(n)}
}

func (s sizes) size(n cost.AstNode) uint64 {
	switch strings.Join(n.Path(), ".") {
	case "matches", "known_good", "outweighed":
		return MaxMatches
	case "media":
		return MaxMedia
	case "reports":
		return MaxReports
	}
	if path := n.Path(); len(path) == 2 && path[0] == listsName {
		return uint64(len(s.lists[path[1]]))
	}
	switch n.Type().Kind() {
	case types.ListKind, types.MapKind:
		return 64
	}
	if path := n.Path(); len(path) > 0 && !slices.Contains(path, "attributes") && path[len(path)-1] != "reason" {
		return maxName
	}
	return maxString
}
