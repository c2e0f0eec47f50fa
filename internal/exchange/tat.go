package exchange

// tat is the hash list of Tech Against Terrorism. It has no settings.
var tat = API{
	Name: "tat",
	Credentials: []Field{
		{Name: "username", Type: String, Required: true},
		{Name: "password", Type: String, Required: true},
	},
}
