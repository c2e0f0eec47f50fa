package hma

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

func listsAPIs(s *server) {
	var names []string
	s.get("/c/exchanges/apis").has(200).into(&names)
	for _, name := range []string{"sample", "fb_threatexchange", "ncmec", "stop_ncii"} {
		if !slices.Contains(names, name) && (s.app != nil || name == "sample") { // HMA's own list is what its configuration names
			s.t.Errorf("%s is not among %q", name, names)
		}
	}
	s.get("/c/exchanges/api/sample").is(200, `{"has_set_authentification":false,"supports_authentification":false}`)
	s.get("/c/exchanges/api/banana").says(400, "no such Exchange API 'banana'")
}

// needs skips a test of an API that the server was not set up with.
func (s *server) needs(api string) {
	s.t.Helper()
	if s.get("/c/exchanges/api/"+api).status != 200 {
		s.t.Skipf("the server has no %s", api)
	}
}

func setsCredentials(s *server) {
	s.needs("fb_threatexchange")
	const api, unset, set = "/c/exchanges/api/fb_threatexchange",
		`{"has_set_authentification":false,"supports_authentification":true}`, `{"has_set_authentification":true,"supports_authentification":true}`
	s.get(api).is(200, unset)
	s.post(api, `{"credential_json":{"api_token":"12345789|000000000000"}}`).is(200, set)
	s.get(api).is(200, set)
	s.post(api, `{"credential_json":{}}`).is(200, unset)
	s.get(api).is(200, unset)
}

func describesAPIs(s *server) {
	type fields struct {
		Fields []struct {
			Name, Type string
			Required   bool
		}
	}
	var schema struct {
		Config      *fields `json:"config_schema"`
		Credentials *fields `json:"credentials_schema"`
	}
	s.get("/c/exchanges/api/sample/schema").has(200).into(&schema)
	if schema.Config == nil || schema.Credentials != nil {
		s.t.Errorf("sample wants %+v", schema)
	}
	s.get("/c/exchanges/api/banana/schema").says(404, "Exchange API 'banana' not found")
	s.needs("fb_threatexchange")
	s.get("/c/exchanges/api/fb_threatexchange/schema").has(200).into(&schema)
	got := fmt.Sprintf("%+v %+v", schema.Config.Fields, schema.Credentials)
	if want := "[{Name:privacy_group Type:number Required:true}] &{Fields:[{Name:api_token Type:string Required:true}]}"; got != want {
		s.t.Errorf("ThreatExchange wants %s, want %s", got, want)
	}
}

func keepsExchanges(s *server) {
	name := fmt.Sprintf("TEST_EXCHANGE_%08X", rand.Uint32())
	s.get("/c/exchange/"+name+"/status").says(404, "Exchange '"+name+"' not found")
	s.delete("/c/exchange/"+name).is(200, `{"message":"Exchange deleted"}`)
	s.post("/c/exchanges", `{"bank":"`+name+`","api":"sample","api_json":{}}`).is(201, `{"message":"Created successfully"}`)
	var all []string
	s.get("/c/exchanges").has(200).into(&all)
	if !slices.Contains(all, name) || s.ours(name) != name+" 1;" {
		s.t.Errorf("exchanges are %q", all)
	}
	status := map[string]any{}
	s.get("/c/exchange/" + name + "/status").has(200).into(&status)
	for _, member := range []string{"checkpoint_ts", "fetched_items", "last_fetch_complete_ts", "last_fetch_succeeded", "running_fetch_start_ts", "up_to_date"} {
		if _, there := status[member]; !there || len(status) != 6 {
			s.t.Errorf("the status has no %s, or too much: %v", member, status)
		}
	}
	s.delete("/c/exchange/"+name).is(200, `{"message":"Exchange deleted"}`)
	s.get("/c/exchange/"+name).says(404, "Exchange '"+name+"' not found")
	if got := s.ours(name); got != "" {
		s.t.Errorf("its bank is still there: %s", got)
	}
}
