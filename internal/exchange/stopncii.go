package exchange

// stopNCII is StopNCII.org, where people share hashes of intimate pictures of themselves. It has no settings.
var stopNCII = API{
	Name: "stop_ncii",
	Credentials: []Field{
		{Name: "subscription_key", Type: String, Required: true},
		{Name: "fetch_function_key", Type: String, Required: true},
		{Name: "base_url_override", Type: String},
	},
}
