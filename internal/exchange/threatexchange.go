package exchange

// threatExchange is Meta's ThreatExchange, through which members of GIFCT share too.
var threatExchange = API{
	Name:   "fb_threatexchange",
	Config: []Field{{Name: "privacy_group", Type: Number, Required: true, Help: "ThreatPrivacyGroup ID for this collaboration"}},
	Credentials: []Field{
		{Name: "api_token", Type: String, Required: true},
	},
}
