package app

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/quell-project/quell/internal/domain"
)

// askHMA sends a request and returns status and body.
func askHMA(t *testing.T, method, url, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(b)
}

func TestTheSampleExchangeIsThereAtOnce(t *testing.T) {
	t.Parallel()
	a := running(t, map[string]string{"hma.listen": "127.0.0.1:0", "hma.prefix": "/hma"})
	if status, body := askHMA(t, "POST", a.HMAAddress()+"/c/exchanges", `{"bank":"SEED","api":"sample"}`); status != http.StatusCreated {
		t.Fatalf("%d %s", status, body)
	}
	if _, body := askHMA(t, "GET", a.HMAAddress()+"/c/exchange/SEED/status", ""); !strings.Contains(body, `"fetched_items":18`) || !strings.Contains(body, `"up_to_date":true`) {
		t.Errorf("status %s", body)
	}
	for _, c := range []struct{ query, want string }{
		{"signal_type=pdq&signal=62c9789627838f69f23cf98c29e37836d61c87c31c59587c4b49a783f496725c", `{"SEED":[{"bank_content_id":16,"distance":"0"}]}`},
		{"signal_type=video_md5&signal=d41d8cd98f00b204e9800998ecf8427e", `{"SEED":[{"bank_content_id":18,"distance":"-"}]}`},
	} {
		for _, base := range []string{a.HMAAddress(), a.Address() + "/hma", a.Address() + "/hma/"} {
			eventually(t, "the example matches", func() bool {
				_, body := askHMA(t, "GET", base+"/m/lookup?"+c.query, "")
				return strings.TrimSpace(body) == c.want
			})
		}
	}
	if _, body := askHMA(t, "GET", a.HMAAddress()+"/c/bank/SEED/content/18", ""); !strings.Contains(body, `"collab":{"SEED":["('video_md5', 'd41d8cd98f00b204e9800998ecf8427e')"]}`) {
		t.Errorf("content %s", body)
	}
}

func TestARemovedBankIsEmptied(t *testing.T) {
	t.Parallel()
	a := running(t, map[string]string{"hma.listen": "127.0.0.1:0"})
	askHMA(t, "POST", a.HMAAddress()+"/c/exchanges", `{"bank":"SEED","api":"sample"}`)
	eventually(t, "the index holds the examples", func() bool { return a.index.Size(domain.PDQ) == 16 && a.index.Size(domain.MD5) == 2 })
	if status, body := askHMA(t, "DELETE", a.HMAAddress()+"/c/exchange/SEED", ""); status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	eventually(t, "the index holds nothing", func() bool { return a.index.Size(domain.PDQ) == 0 && a.index.Size(domain.MD5) == 0 })
}
