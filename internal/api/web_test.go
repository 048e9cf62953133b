package api

import (
	"net/http/httptest"
	"testing"
	"testing/fstest"
)

func TestAssetsGoOutInTheSmallestForm(t *testing.T) {
	s := &Server{Options: Options{Web: fstest.MapFS{
		"index.html":         {Data: []byte("<page>")},
		"assets/a-1.js":      {Data: []byte("whole")},
		"assets/a-1.js.br":   {Data: []byte("br")},
		"assets/a-1.js.gz":   {Data: []byte("gz")},
		"assets/plain-2.css": {Data: []byte("css")},
	}}}
	for _, test := range []struct{ path, accept, body, coding string }{
		{"/assets/a-1.js", "gzip, deflate, br", "br", "br"},
		{"/assets/a-1.js", "gzip", "gz", "gzip"},
		{"/assets/a-1.js", "br;q=0, gzip", "gz", "gzip"},
		{"/assets/a-1.js", "", "whole", ""},
		{"/assets/plain-2.css", "br", "css", ""},
		{"/t/customer", "br", "<page>", ""},
	} {
		w, r := httptest.NewRecorder(), httptest.NewRequest("GET", test.path, nil)
		r.Header.Set("Accept-Encoding", test.accept)
		s.web(w, r)
		if w.Body.String() != test.body || w.Header().Get("Content-Encoding") != test.coding {
			t.Errorf("%s for %q: %q as %q", test.path, test.accept, w.Body, w.Header().Get("Content-Encoding"))
		}
		if test.coding != "" && w.Header().Get("Content-Type") == "" {
			t.Errorf("%s: no content type", test.path)
		}
	}
}
