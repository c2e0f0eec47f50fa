package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"mime/multipart"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/quell-project/quell/internal/bench/corpus"
)

// hmaQuestions is how many questions of each kind there are; where more are asked, they begin anew.
const hmaQuestions = 500_000

// hmaPictures is how many pictures of each kind there are.
const hmaPictures = 4

// quiz is questions of one kind with what their answers must be.
type quiz struct {
	kind  HMAKind
	ask   func(dst []byte, i int) []byte // appends the request of question i
	right func(i int, body []byte) bool
	next  atomic.Int64 // the question to ask next
}

// quizzes makes the questions of every kind.
func (r *hmaRun) quizzes(ctx context.Context) ([]*quiz, error) {
	q := r.set.Questions(hmaQuestions, hmaRadius)
	misses, hits := q[0], q[1]
	byCode := func(codes []corpus.Code, more string) func([]byte, int) []byte {
		return func(dst []byte, i int) []byte {
			return fmt.Appendf(dst, "GET /m/lookup?signal_type=pdq&signal=%v%s HTTP/1.1\r\nHost: bench\r\n\r\n", codes[i%len(codes)], more)
		}
	}
	planted := func(i int) []byte {
		i %= len(hits.Codes)
		return fmt.Appendf(nil, `"bank_content_id":%d,"distance":"%d"`, hits.Planted[i]+1, i%(hmaRadius+1))
	}
	all := []*quiz{
		{kind: HMAMiss, ask: byCode(misses.Codes, ""), right: func(_ int, body []byte) bool { return string(body) == "{}\n" }},
		{kind: HMAHit, ask: byCode(hits.Codes, ""), right: func(i int, body []byte) bool {
			return string(body) == `{"`+filledBank+`":[{`+string(planted(i))+"}]}\n"
		}},
		{kind: HMAHitDetails, ask: byCode(hits.Codes, "&include=details"), right: func(i int, body []byte) bool {
			id, distance, _ := bytes.Cut(planted(i), []byte(","))
			return bytes.Contains(body, id) && bytes.Contains(body, distance) && bytes.Contains(body, []byte(`"signal":"`+r.set.Code(hits.Planted[i%len(hits.Codes)]).String()+`"`))
		}},
	}
	pictures, err := r.pictureQuizzes(ctx)
	return append(all, pictures...), err
}

// pictureQuizzes makes files, and adds half of them to a bank.
func (r *hmaRun) pictureQuizzes(ctx context.Context) ([]*quiz, error) {
	var known, unknown [hmaPictures]posted
	var ids [hmaPictures][]byte
	jpeg := encodings[0]
	for i := range hmaPictures {
		for half, to := range []*[hmaPictures]posted{&unknown, &known} {
			r.tell("draw pictures", 2*i+half, 2*hmaPictures)
			file, err := jpeg.file(drawnOf(uint64(100+2*i+half), image.Pt(1152, 864)))
			if err != nil {
				return nil, err
			}
			if to[i], err = post(file); err != nil {
				return nil, err
			}
		}
	}
	c, err := dialHMA(r.server.address)
	if err != nil {
		return nil, err
	}
	defer c.close()
	for i := range known {
		id, err := addHMA(c, known[i].request(nil, "/c/bank/"+pictureBank+"/content"))
		if err != nil {
			return nil, err
		}
		r.pictures = append(r.pictures, id)
		ids[i] = fmt.Appendf(nil, `"bank_content_id":%d,"distance":"0"`, id)
	}
	if err := r.seen(ctx, c, known[hmaPictures-1].request(nil, "/m/lookup"), func(body []byte) bool { return bytes.Contains(body, ids[hmaPictures-1]) }); err != nil {
		return nil, err
	}
	asks := func(files *[hmaPictures]posted, path string) func([]byte, int) []byte {
		return func(dst []byte, i int) []byte { return files[i%hmaPictures].request(dst, path) }
	}
	found := func(i int, body []byte) bool { return bytes.Contains(body, ids[i%hmaPictures]) }
	return []*quiz{
		{kind: HMAPicture, ask: asks(&unknown, "/m/lookup"), right: func(_ int, body []byte) bool { return string(body) == `{"pdq":{}}`+"\n" }},
		{kind: HMAPictureHit, ask: asks(&known, "/m/lookup"), right: found},
		{kind: HMAPictureDetails, ask: asks(&known, "/m/lookup?include=details"), right: func(i int, body []byte) bool {
			id, _, _ := bytes.Cut(ids[i%hmaPictures], []byte(","))
			return bytes.Contains(body, id) && bytes.Contains(body, []byte(`"signal_id":"`))
		}},
	}, nil
}

// posted is a file in a form.
type posted struct {
	mediaType string
	body      []byte
}

func post(file []byte) (posted, error) {
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	part, err := form.CreateFormFile("photo", "picture.jpg")
	if err == nil {
		_, err = part.Write(file)
	}
	err = errors.Join(err, form.Close())
	return posted{form.FormDataContentType(), b.Bytes()}, err
}

func (p posted) request(dst []byte, path string) []byte {
	return append(dst, requestOf("POST", path, p.mediaType, p.body)...)
}

// addHMA adds a content and returns its number.
func addHMA(c *hmaClient, request []byte) (id int64, err error) {
	status, body, err := c.ask(request)
	if err != nil {
		return 0, err
	}
	var added struct{ ID int64 }
	if err := json.Unmarshal(body, &added); err != nil || status != 200 || added.ID == 0 {
		return 0, fmt.Errorf("the server does not add a content: status %d, %s", status, body)
	}
	return added.ID, nil
}

// removeHMA removes a content.
func removeHMA(c *hmaClient, bank string, id int64) error {
	status, body, err := c.ask(requestOf("DELETE", fmt.Sprintf("/c/bank/%s/content/%d", bank, id), "", nil))
	if err == nil && status != 200 {
		err = fmt.Errorf("the server does not remove a content: status %d, %s", status, body)
	}
	return err
}

// asks asks every kind of question with every number of clients.
func (r *hmaRun) asks(ctx context.Context) error {
	all, err := r.quizzes(ctx)
	if err != nil {
		return err
	}
	for _, clients := range r.Clients {
		for i, q := range all {
			r.tell("ask, "+strconv.Itoa(clients)+" clients", i, len(all))
			pass, err := r.ask(ctx, q, clients, r.Time)
			if err != nil {
				return err
			}
			r.result.Passes = append(r.result.Passes, pass)
		}
	}
	return r.removePictures()
}

// removePictures leaves the banks as they were.
func (r *hmaRun) removePictures() error {
	c, err := dialHMA(r.server.address)
	if err != nil {
		return err
	}
	defer c.close()
	for _, id := range r.pictures {
		if err := removeHMA(c, pictureBank, id); err != nil {
			return err
		}
	}
	return nil
}

// ask asks questions of one kind as fast as they are answered.
func (r *hmaRun) ask(ctx context.Context, q *quiz, clients int, long time.Duration) (HMAPass, error) {
	pass := HMAPass{Kind: q.kind, Clients: clients}
	var mu sync.Mutex
	var times []time.Duration
	g, gctx := errgroup.WithContext(ctx)
	before := busy(r.server.proc())
	begin := time.Now()
	for range clients {
		g.Go(func() error {
			c, err := dialHMA(r.server.address)
			if err != nil {
				return err
			}
			defer c.close()
			var request []byte
			var mine []time.Duration
			wrong := 0
			for time.Since(begin) < long && gctx.Err() == nil {
				i := int(q.next.Add(1) - 1)
				request = q.ask(request[:0], i)
				start := time.Now()
				status, body, err := c.ask(request)
				if err != nil {
					return fmt.Errorf("ask the server: %w", err)
				}
				mine = append(mine, time.Since(start))
				if status != 200 || !q.right(i, body) {
					wrong++
				}
			}
			mu.Lock()
			defer mu.Unlock()
			times, pass.Wrong = append(times, mine...), pass.Wrong+wrong
			return context.Cause(gctx)
		})
	}
	if err := g.Wait(); err != nil {
		return pass, err
	}
	pass.Questions = len(times)
	pass.QPS = rounded(float64(pass.Questions)/time.Since(begin).Seconds(), 1)
	pass.ServerMicros = rounded((busy(r.server.proc())-before).Seconds()*1e6/float64(pass.Questions), 1)
	pass.Latency = summarize(times)
	pass.P95 = percentile(times, 95)
	return pass, nil
}
