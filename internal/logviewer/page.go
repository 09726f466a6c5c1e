package logviewer

import (
	"html"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"
)

// page is a part of a log, as the logviewer shows it in HTML.
type page struct {
	text string
	next int64 // where the next page begins; pages overlap at the end of a file
}

var (
	nextLink = regexp.MustCompile(`<a href="[^"]*[?&;]start=(\d+)[^"]*"[^>]*>Next</a>`)
	// surrogates are the two halves of one character, which HTML has no such form for.
	surrogates = regexp.MustCompile(`&#(5[5-7][0-9]{3});&#(5[67][0-9]{3});`)
)

// readPage reads a page. The text was escaped twice: as HTML by the logviewer, and again by the library that writes the page.
func readPage(text string) (page, bool) {
	const begin, end = `<pre class="logContent">`, `</pre>`
	_, rest, ok := strings.Cut(text, begin)
	if !ok {
		return page{}, false
	}
	content, _, ok := strings.Cut(rest, end)
	if !ok {
		return page{}, false
	}
	once := surrogates.ReplaceAllStringFunc(html.UnescapeString(content), func(pair string) string {
		halves := surrogates.FindStringSubmatch(pair)
		high, _ := strconv.Atoi(halves[1])
		low, _ := strconv.Atoi(halves[2])
		return string(utf16.DecodeRune(rune(high), rune(low)))
	})
	p := page{text: html.UnescapeString(once)}
	if link := nextLink.FindStringSubmatch(text); link != nil {
		p.next, _ = strconv.ParseInt(link[1], 10, 64)
	}
	return p, true
}
