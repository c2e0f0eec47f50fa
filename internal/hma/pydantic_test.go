package hma

// What pydantic 2.13.4 says of these inputs, as it says it.

var queryMisfits = []struct{ path, body string }{
	{`/m/raw_lookup`, `[{"type":"missing","loc":["signal"],"msg":"Field required","input":{},"url":"https://errors.pydantic.dev/2.13/v/missing"},{"type":"missing","loc":["signal_type"],"msg":"Field required","input":{},"url":"https://errors.pydantic.dev/2.13/v/missing"}]`},
	{`/m/raw_lookup?signal=x`, `[{"type":"missing","loc":["signal_type"],"msg":"Field required","input":{"signal":"x"},"url":"https://errors.pydantic.dev/2.13/v/missing"}]`},
	{`/m/raw_lookup?signal_type=pdq&include_distance=maybe`, `[{"type":"missing","loc":["signal"],"msg":"Field required","input":{"signal_type":"pdq","include_distance":"maybe"},"url":"https://errors.pydantic.dev/2.13/v/missing"},{"type":"bool_parsing","loc":["include_distance"],"msg":"Input should be a valid boolean, unable to interpret input","input":"maybe","url":"https://errors.pydantic.dev/2.13/v/bool_parsing"}]`},
	{`/m/raw_lookup?signal=%3C%C3%A9%26%22%F0%9F%98%80%3E&include_distance=`, `[{"type":"missing","loc":["signal_type"],"msg":"Field required","input":{"signal":"<é&\"😀>","include_distance":""},"url":"https://errors.pydantic.dev/2.13/v/missing"},{"type":"bool_parsing","loc":["include_distance"],"msg":"Input should be a valid boolean, unable to interpret input","input":"","url":"https://errors.pydantic.dev/2.13/v/bool_parsing"}]`},
	{`/m/lookup?bypass_coinflip=+true&seed=s`, `[{"type":"bool_parsing","loc":["bypass_coinflip"],"msg":"Input should be a valid boolean, unable to interpret input","input":" true","url":"https://errors.pydantic.dev/2.13/v/bool_parsing"}]`},
	{`/m/lookup?bypass_coinflip=2`, `[{"type":"bool_parsing","loc":["bypass_coinflip"],"msg":"Input should be a valid boolean, unable to interpret input","input":"2","url":"https://errors.pydantic.dev/2.13/v/bool_parsing"}]`},
}
var bodyMisfits = []struct{ sent, body string }{
	{`{}`, `[{"type":"missing","loc":["name"],"msg":"Field required","input":{},"url":"https://errors.pydantic.dev/2.13/v/missing"}]`},
	{`null`, `[{"type":"model_type","loc":[],"msg":"Input should be a valid dictionary or instance of Example","input":null,"ctx":{"class_name":"Example"},"url":"https://errors.pydantic.dev/2.13/v/model_type"}]`},
	{`[]`, `[{"type":"model_type","loc":[],"msg":"Input should be a valid dictionary or instance of Example","input":[],"ctx":{"class_name":"Example"},"url":"https://errors.pydantic.dev/2.13/v/model_type"}]`},
	{`5`, `[{"type":"model_type","loc":[],"msg":"Input should be a valid dictionary or instance of Example","input":5,"ctx":{"class_name":"Example"},"url":"https://errors.pydantic.dev/2.13/v/model_type"}]`},
	{`"x"`, `[{"type":"model_type","loc":[],"msg":"Input should be a valid dictionary or instance of Example","input":"x","ctx":{"class_name":"Example"},"url":"https://errors.pydantic.dev/2.13/v/model_type"}]`},
	{`{"name":1,"enabled":"maybe","ratio":"y","strict":2}`, `[{"type":"string_type","loc":["name"],"msg":"Input should be a valid string","input":1,"url":"https://errors.pydantic.dev/2.13/v/string_type"},{"type":"bool_parsing","loc":["enabled"],"msg":"Input should be a valid boolean, unable to interpret input","input":"maybe","url":"https://errors.pydantic.dev/2.13/v/bool_parsing"},{"type":"float_parsing","loc":["ratio"],"msg":"Input should be a valid number, unable to parse string as a number","input":"y","url":"https://errors.pydantic.dev/2.13/v/float_parsing"},{"type":"bool_parsing","loc":["strict"],"msg":"Input should be a valid boolean, unable to interpret input","input":2,"url":"https://errors.pydantic.dev/2.13/v/bool_parsing"}]`},
	{`{"name":null,"enabled":0.5,"ratio":[],"strict":null}`, `[{"type":"string_type","loc":["name"],"msg":"Input should be a valid string","input":null,"url":"https://errors.pydantic.dev/2.13/v/string_type"},{"type":"bool_type","loc":["enabled"],"msg":"Input should be a valid boolean","input":0.5,"url":"https://errors.pydantic.dev/2.13/v/bool_type"},{"type":"float_type","loc":["ratio"],"msg":"Input should be a valid number","input":[],"url":"https://errors.pydantic.dev/2.13/v/float_type"},{"type":"bool_type","loc":["strict"],"msg":"Input should be a valid boolean","input":null,"url":"https://errors.pydantic.dev/2.13/v/bool_type"}]`},
	{`{"name":{"a":[1,"b"]},"enabled":{},"ratio":{"x":null},"strict":[]}`, `[{"type":"string_type","loc":["name"],"msg":"Input should be a valid string","input":{"a":[1,"b"]},"url":"https://errors.pydantic.dev/2.13/v/string_type"},{"type":"bool_type","loc":["enabled"],"msg":"Input should be a valid boolean","input":{},"url":"https://errors.pydantic.dev/2.13/v/bool_type"},{"type":"float_type","loc":["ratio"],"msg":"Input should be a valid number","input":{"x":null},"url":"https://errors.pydantic.dev/2.13/v/float_type"},{"type":"bool_type","loc":["strict"],"msg":"Input should be a valid boolean","input":[],"url":"https://errors.pydantic.dev/2.13/v/bool_type"}]`},
	{`{"name":"é","ratio":"","strict":"yess"}`, `[{"type":"float_parsing","loc":["ratio"],"msg":"Input should be a valid number, unable to parse string as a number","input":"","url":"https://errors.pydantic.dev/2.13/v/float_parsing"},{"type":"bool_parsing","loc":["strict"],"msg":"Input should be a valid boolean, unable to interpret input","input":"yess","url":"https://errors.pydantic.dev/2.13/v/bool_parsing"}]`},
	{`{"name":"x","ratio":"1__0","enabled":2.0}`, `[{"type":"bool_parsing","loc":["enabled"],"msg":"Input should be a valid boolean, unable to interpret input","input":2.0,"url":"https://errors.pydantic.dev/2.13/v/bool_parsing"},{"type":"float_parsing","loc":["ratio"],"msg":"Input should be a valid number, unable to parse string as a number","input":"1__0","url":"https://errors.pydantic.dev/2.13/v/float_parsing"}]`},
	{`{"ratio":"0x10","other":[1,2,{"k":true}]}`, `[{"type":"missing","loc":["name"],"msg":"Field required","input":{"ratio":"0x10","other":[1,2,{"k":true}]},"url":"https://errors.pydantic.dev/2.13/v/missing"},{"type":"float_parsing","loc":["ratio"],"msg":"Input should be a valid number, unable to parse string as a number","input":"0x10","url":"https://errors.pydantic.dev/2.13/v/float_parsing"}]`},
	{`{"name":"x","enabled":1e+30}`, `[{"type":"bool_type","loc":["enabled"],"msg":"Input should be a valid boolean","input":1e+30,"url":"https://errors.pydantic.dev/2.13/v/bool_type"}]`},
	{`{"name":true}`, `[{"type":"string_type","loc":["name"],"msg":"Input should be a valid string","input":true,"url":"https://errors.pydantic.dev/2.13/v/string_type"}]`},
}
var bodyFits = []struct{ sent, want string }{
	{`{"name":"x"}`, `{"enabled":null,"name":"x","ratio":1.0,"strict":false}`},
	{`{"name":"","enabled":null,"ratio":null,"strict":true}`, `{"enabled":null,"name":"","ratio":null,"strict":true}`},
	{`{"name":"x","enabled":"oN","ratio":"0.5","strict":1}`, `{"enabled":true,"name":"x","ratio":0.5,"strict":true}`},
	{`{"name":"x","enabled":0.0,"ratio":" 1e2 ","strict":"F"}`, `{"enabled":false,"name":"x","ratio":100.0,"strict":false}`},
	{`{"name":"x","enabled":1e0,"ratio":true,"strict":"no"}`, `{"enabled":true,"name":"x","ratio":1.0,"strict":false}`},
	{`{"name":"x","enabled":"Y","ratio":"1_0.5","other":1}`, `{"enabled":true,"name":"x","ratio":10.5,"strict":false}`},
	{`{"name":"x","enabled":false,"ratio":-0.0,"strict":"1"}`, `{"enabled":false,"name":"x","ratio":-0.0,"strict":true}`},
	{`{"name":"\u00e9","ratio":"+.5"}`, `{"enabled":null,"name":"\u00e9","ratio":0.5,"strict":false}`},
	{`{"name":"x","ratio":7}`, `{"enabled":null,"name":"x","ratio":7.0,"strict":false}`},
}

var floats = []struct {
	text string
	want float64
	fits bool
}{
	{" 1.5 ", 1.5, true},
	{"1_0.5", 10.5, true},
	{" 1_0.5", 0, false},
	{"1_0", 10.0, true},
	{"_1", 0, false},
	{"1_", 0, false},
	{"1__0", 0, false},
	{"+1.", 1.0, true},
	{"-.5", -0.5, true},
	{"1e5", 100000.0, true},
	{"1E5", 100000.0, true},
	{"1e", 0, false},
	{"0x10", 0, false},
	{"0x1p4", 0, false},
	{"1.5f", 0, false},
	{"\u0661", 0, false},
	{"1 5", 0, false},
	{"", 0, false},
	{"  ", 0, false},
	{"\n2\t", 2.0, true},
	{"\u00a03", 3.0, true},
	{"1_e5", 100000.0, true},
	{"1e_5", 100000.0, true},
	{"1e1_0", 10000000000.0, true},
	{"1._5", 1.5, true},
	{".", 0, false},
	{"-", 0, false},
	{"+", 0, false},
	{"+-1", 0, false},
	{"--1", 0, false},
	{"Infinit", 0, false},
	{"infinity_", 0, false},
	{"1e-400", 0.0, true},
	{"-0", 0, true},
	{"00012", 12.0, true},
	{"1,5", 0, false},
	{"nanx", 0, false},
	{"+ 1", 0, false},
}
