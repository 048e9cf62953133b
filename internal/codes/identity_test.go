package codes_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kedang/internal/codes"
	"kedang/internal/errs"
)

// word is the first problem's code, or "".
func word(problems []errs.Problem) string {
	if len(problems) == 0 {
		return ""
	}
	return problems[0].Code
}

func TestIdentity(t *testing.T) {
	rows := readTable(t, "testdata/identity.csv")
	seen := map[codes.Form]int{}
	for _, row := range rows {
		form := codes.Form(row["form"])
		seen[form]++
		normal, problems := codes.ParseIdentity(form, row["text"], today)
		if normal != row["normal"] || word(problems) != row["problem"] {
			t.Errorf("%s %q (%s): %q, problem %q; want %q, problem %q",
				form, row["text"], row["note"], normal, word(problems), row["normal"], row["problem"])
		}
		if again, _ := codes.ParseIdentity(form, normal, today); again != normal {
			t.Errorf("%s %q: the normal form %q is read as %q", form, row["text"], normal, again)
		}
	}
	for _, form := range codes.Forms() {
		if seen[form] < 2 {
			t.Errorf("form %s has %d rows in testdata/identity.csv", form, seen[form])
		}
	}
	if _, problems := codes.ParseIdentity("driver", "123", today); word(problems) != "unknown_form" {
		t.Error("an unknown form was accepted")
	}
}

func TestResidentIDParts(t *testing.T) {
	got, problems := codes.ParseResidentID("110105491231002", today)
	want := codes.ResidentID{Number: "11010519491231002X", Birth: "1949-12-31", Sex: codes.Female, Division: "110105", Old: true}
	if diff := cmp.Diff(want, got); diff != "" || problems != nil {
		t.Errorf("%v\n%s", problems, diff)
	}
	// Order numbers 996–999 of 15 digits belong to people born before 1900.
	if got, _ := codes.ParseResidentID("440524800101997", today); got.Birth != "1880-01-01" {
		t.Errorf("born %s", got.Birth)
	}
	if _, problems := codes.ParseResidentID("11010519491231002X", today.AddDate(-100, 0, 0)); word(problems) != "bad_date" {
		t.Errorf("a birth in the future gave %v", problems)
	}
}

func TestUSCCParts(t *testing.T) {
	got, problems := codes.ParseUSCC("９１４４０３００１９２２０３８２１６")
	want := codes.USCC{Number: "914403001922038216", Authority: "9", Category: "1", Division: "440300", OrgCode: "192203821"}
	if diff := cmp.Diff(want, got); diff != "" || problems != nil {
		t.Errorf("%v\n%s", problems, diff)
	}
}

func TestResidentIDVectors(t *testing.T) {
	for _, row := range openData(t, "vectors/resident_id.csv") {
		id, problems := codes.ParseResidentID(row["number"], today)
		checkVector(t, row["number"], row["valid"], row["note"], id.Number, problems)
	}
}

func TestUSCCVectors(t *testing.T) {
	for _, row := range openData(t, "vectors/uscc.csv") {
		u, problems := codes.ParseUSCC(row["code"])
		checkVector(t, row["code"], row["valid"], row["note"], u.Number, problems)
	}
}

func checkVector(t *testing.T, text, valid, note, normal string, problems []errs.Problem) {
	t.Helper()
	switch valid {
	case "true":
		if problems != nil || normal != text {
			t.Errorf("%q (%s): %q %v", text, note, normal, problems)
		}
	case "normalise":
		if problems != nil || normal != strings.ToUpper(strings.ReplaceAll(text, " ", "")) {
			t.Errorf("%q (%s): %q %v", text, note, normal, problems)
		}
	case "false":
		if problems == nil {
			t.Errorf("%q (%s) was accepted", text, note)
		}
		// The note says what was made wrong: the problem has to say the same.
		for part, code := range map[string]string{"wrong check character": "bad_checksum", "impossible date": "bad_date", "prefix does not exist": "unknown_division"} {
			if strings.Contains(note, part) && word(problems) != code {
				t.Errorf("%q (%s): problem %q, want %q", text, note, word(problems), code)
			}
		}
	default:
		t.Fatalf("unknown verdict %q", valid)
	}
}

func TestTaiwanUBNVectors(t *testing.T) {
	for _, row := range openData(t, "vectors/tw_ubn_rule.csv") {
		_, _, problems := codes.ParseTaiwanUBN(row["ubn"])
		if (problems == nil) != (row["valid"] == "true") {
			t.Errorf("%s (%s): %v", row["ubn"], row["note"], problems)
		}
	}
	recent := 0
	for _, row := range openData(t, "vectors/tw_ubn_twse_valid.csv") {
		_, late, problems := codes.ParseTaiwanUBN(row["ubn"])
		if problems != nil {
			t.Errorf("%s %s: %v", row["ubn"], row["company"], problems)
		}
		if late {
			recent++
		}
	}
	if recent != 2 {
		t.Errorf("%d numbers pass by the rule of 2023 only, want 2", recent)
	}
}

func TestGuessForm(t *testing.T) {
	for text, want := range map[string]codes.Form{
		"91110000600037341L": codes.FormUSCC,
		"11010519491231002x": codes.FormResidentID,
		"E12345678":          codes.FormPassport,
		"!":                  "",
	} {
		if got := codes.GuessForm(text, today, codes.FormResidentID, codes.FormUSCC, codes.FormTaiwanUBN, codes.FormPassport); got != want {
			t.Errorf("%q looks like %q, want %q", text, got, want)
		}
	}
}
