package api

import (
	"fmt"
	"strings"
	"testing"
)

func TestRepeatedKey(t *testing.T) {
	wide := make([]string, 500)
	for i := range wide {
		wide[i] = fmt.Sprintf(`"k%d":%d`, i, i)
	}
	for text, want := range map[string]string{
		`{}`: "", `[]`: "", `"a"`: "", `{"a":1,"b":{"a":1},"c":[{"a":1},{"a":2}]}`: "", `{"a":"a","b":"a"}`: "", `{"a":["b","b"],"b":1}`: "",
		`{"a":1,"a":2}`: "a", `{"x":{"b":1,"c":2,"b":3}}`: "b", `[{"a":1},{"a":1 , "a" :2}]`: "a", `{"a":"\\","a":1}`: "a", `{"\u0061":1,"a":1}`: "a", `{"a\"":1,"a\"":1}`: `a"`,
		`{"":1,"":2}`:                              "",
		"{" + strings.Join(wide, ",") + "}":        "",
		"{" + strings.Join(wide, ",") + `,"k7":1}`: "k7",
	} {
		if got, twice := repeatedKey([]byte(text)); got != want || twice != (want != "" || text == `{"":1,"":2}`) {
			t.Errorf("%.60s: %q %v, want %q", text, got, twice, want)
		}
	}
}
