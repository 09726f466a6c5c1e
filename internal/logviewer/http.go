package logviewer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// HTTP is a [Source] of the logviewers, one on each host of a Supervisor. Its facts come from
// org.apache.storm.daemon.logviewer of Storm 2.8.3.
type HTTP struct {
	Topology string                   // its id
	Base     func(host string) string // the address of a host's logviewer, such as "http://host:8000"
	Client   *http.Client             // nil means a client with default settings
}

// answerTime limits one request. A logviewer reads from its disk; only [HTTP.Open] may take longer.
const answerTime = 30 * time.Second

// longestPage is the most that a logviewer sends as one page of a log.
const longestPage = 10 << 20

func (h *HTTP) name(w Worker, file string) string {
	return path.Join(h.Topology, strconv.Itoa(w.Port), file)
}

// Files implements [Source].
func (h *HTTP) Files(ctx context.Context, w Worker) ([]string, error) {
	query := url.Values{"topoId": {h.Topology}, "port": {strconv.Itoa(w.Port)}}
	text, err := h.get(ctx, w, "listLogs", query)
	if err != nil {
		return nil, err
	}
	var names []string
	if err := json.Unmarshal([]byte(text), &names); err != nil {
		return nil, fmt.Errorf("reading the list of logs from %s: %w", h.Base(w.Host), err)
	}
	for i, name := range names {
		names[i] = path.Base(name)
	}
	slices.Sort(names)
	return names, nil
}

// Size implements [Source]. No answer has the size, but the page of the last byte has a link to the next one.
func (h *HTTP) Size(ctx context.Context, w Worker, file string) (int64, error) {
	page, err := h.page(ctx, w, file, url.Values{"length": {"1"}})
	if err != nil || page.text == "" {
		return 0, err
	}
	return page.next + 1, nil
}

// Read implements [Source].
func (h *HTTP) Read(ctx context.Context, w Worker, file string, from, to int64) (string, error) {
	var b strings.Builder
	for from < to {
		length := min(to-from, longestPage)
		page, err := h.page(ctx, w, file, url.Values{"start": {strconv.FormatInt(from, 10)}, "length": {strconv.FormatInt(length, 10)}})
		if errors.Is(err, errPastEnd) {
			break
		}
		if err != nil {
			return "", err
		}
		b.WriteString(page.text)
		from += length
	}
	return b.String(), nil
}

var errPastEnd = errors.New("past the end of the file")

// Grep implements [Source] with the logviewer's search, which returns some bytes around a match.
func (h *HTTP) Grep(ctx context.Context, w Worker, file, text string) ([]string, error) {
	answer, err := h.get(ctx, w, "search", url.Values{"file": {h.name(w, file)}, "search-string": {text}, "num-matches": {"1000"}})
	if err != nil {
		return nil, err
	}
	var found struct {
		Matches []struct {
			Before string `json:"beforeString"`
			Match  string `json:"matchString"`
			After  string `json:"afterString"`
		} `json:"matches"`
	}
	if err := json.Unmarshal([]byte(answer), &found); err != nil {
		return nil, fmt.Errorf("reading what %s found: %w", h.Base(w.Host), err)
	}
	var lines []string
	for _, m := range found.Matches {
		after, _, _ := strings.Cut(m.After, "\n")
		lines = append(lines, m.Before[strings.LastIndexByte(m.Before, '\n')+1:]+m.Match+after)
	}
	return lines, nil
}

// Open implements [Source]. The logviewer sends dumps, which are not text, in the same way.
func (h *HTTP) Open(ctx context.Context, w Worker, file string) (io.ReadCloser, error) {
	response, err := h.do(ctx, w, "download", url.Values{"file": {h.name(w, file)}})
	if err != nil {
		return nil, err
	}
	return response.Body, nil
}

func (h *HTTP) page(ctx context.Context, w Worker, file string, query url.Values) (page, error) {
	query.Set("file", h.name(w, file))
	text, err := h.get(ctx, w, "log", query)
	if err != nil {
		return page{}, err
	}
	p, ok := readPage(text)
	if !ok {
		return page{}, fmt.Errorf("the logviewer at %s sends no page of a log", h.Base(w.Host))
	}
	return p, nil
}

// get returns the text of an answer.
func (h *HTTP) get(ctx context.Context, w Worker, call string, query url.Values) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	response, err := h.do(ctx, w, call, query)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, 16*longestPage)) // a page is longer than its text
	if err != nil {
		return "", &Unreachable{Address: h.Base(w.Host), Err: err}
	}
	return string(text), nil
}

// do sends a request and returns an answer with the status 200. The caller closes its body.
func (h *HTTP) do(ctx context.Context, w Worker, call string, query url.Values) (*http.Response, error) {
	base := h.Base(w.Host)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/api/v1/"+call+"?"+query.Encode(), nil)
	if err != nil {
		return nil, &Unreachable{Address: base, Err: err}
	}
	client := h.Client
	if client == nil {
		client = http.DefaultClient
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, &Unreachable{Address: base, Err: plain(err)}
	}
	if response.StatusCode == http.StatusOK {
		return response, nil
	}
	defer response.Body.Close()
	said, _ := io.ReadAll(io.LimitReader(response.Body, 4096))
	switch response.StatusCode {
	case http.StatusNotFound:
		return nil, fmt.Errorf("%s on %s: %w", query.Get("file"), base, fs.ErrNotExist)
	case http.StatusUnauthorized, http.StatusForbidden:
		login, _, _ := strings.Cut(response.Header.Get("WWW-Authenticate"), " ")
		return nil, &Refused{Address: base, Login: login}
	case http.StatusBadRequest:
		if strings.Contains(string(said), "past the end") {
			return nil, errPastEnd
		}
	}
	reason, _, _ := strings.Cut(strings.TrimSpace(string(said)), "\n")
	return nil, fmt.Errorf("the logviewer at %s answers %s: %.200s", base, response.Status, reason)
}

// plain returns the cause of a failed request, without the address that the caller reports anyway.
func plain(err error) error {
	var outer *url.Error
	if errors.As(err, &outer) {
		err = outer.Err
	}
	var network *net.OpError
	if errors.As(err, &network) && network.Err != nil {
		err = network.Err
	}
	var system *os.SyscallError
	if errors.As(err, &system) {
		err = system.Err
	}
	return err
}
