package rules

import (
	"fmt"
	"strings"

	"github.com/quell-project/quell/internal/domain"
)

// Policy is the name of the policies.
const Policy = "fifty"

// kinds are conditions as people write them; each takes a number.
var kinds = []string{
	`matches.exists(m, m.bank.kind == "known" && m.distance <= %d)`,
	`matches.exists(m, m.bank.name == "bank-%d" && size(m.sources) >= 2)`,
	`young && account.uploads.hour > %d`,
	`content.surface == "surface-%d" && media.exists(p, p.check != "complete")`,
	`account.blocks.week >= %d && !(account.id in lists.trusted)`,
	`content.language == "de" && surface.matches.hour > %d`,
	`"score" in content.attributes && content.attributes.score > %d.5`,
	`size(reports) > %d`,
	`matches.exists(m, m.signal.matches.hour > %d && m.exact)`,
	`content.age > duration("%dh") && event.cause == "upload"`,
}

// Text is a policy of n rules, each of one of the kinds with a number of its own.
func Text(n int) []byte {
	var text strings.Builder
	text.WriteString("policy: " + Policy + "\nlists: {trusted: [a, b, c]}\ndefine: {young: 'account.age < duration(\"168h\")'}\nrules:\n")
	for i := range n {
		fmt.Fprintf(&text, "  - {id: r%d, when: '%s', decide: %s}\n", i, fmt.Sprintf(kinds[i%len(kinds)], i), domain.Verdicts()[1+i%4])
	}
	return []byte(text.String())
}
