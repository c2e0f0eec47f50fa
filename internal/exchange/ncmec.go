package exchange

// ncmec is hash sharing of the National Center for Missing and Exploited Children, version 2.
var ncmec = API{
	Name: "ncmec",
	Config: []Field{
		{Name: "environment", Type: Enum, Required: true, Help: "which database to connect to", Choices: ncmecEnvironments, class: "NCMECEnvironment"},
		{Name: "only_esp_ids", Type: SetOfNumber, Default: []int64{}, Help: "Only take entries from these electronic service provider (ESP) ids"},
	},
	Credentials: []Field{
		{Name: "user", Type: String, Required: true},
		{Name: "password", Type: String, Required: true},
	},
}

// ncmecEnvironments are the databases, those for tests last.
var ncmecEnvironments = []string{
	"https://report.cybertip.org/hashsharing",
	"https://report.cybertip.org/exploitative-hashsharing",
	"https://lesp.ncmec.org/csam-hashsharing",
	"https://hashsharing.ncmec.org/npo",
	"https://hashsharing.ncmec.org/exploitative",
	"https://hashsharing.ncmec.org/generative-ai-csam",
	"https://hashsharing.ncmec.org/generative-ai-exploitative",
	"https://exttest.cybertip.org/hashsharing",
	"https://exttest.cybertip.org/exploitative-hashsharing",
	"https://betalesp.ncmec.org/csam-hashsharing",
	"https://hashsharing-test.ncmec.org/npo",
	"https://hashsharing-test.ncmec.org/exploitative",
	"https://hashsharing-test.ncmec.org/generative-ai-csam",
	"https://hashsharing-test.ncmec.org/generative-ai-exploitative",
}
