package transfer

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// cardsOf reads cards as lines of COLUMN=value.
func cardsOf(t *testing.T, path string) (out []string) {
	t.Helper()
	rows, format, err := readSheet(t, path, "")
	if err != nil || format.Kind != "vcard" {
		t.Fatalf("%s: %+v, %v", path, format, err)
	}
	for _, r := range rows[1:] {
		var said []string
		for i, cell := range r {
			if cell != "" {
				said = append(said, cardColumns[i]+"="+cell)
			}
		}
		out = append(out, strings.Join(said, "|"))
	}
	return out
}

// TestCards: what telephones, mail programs and address books write.
func TestCards(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"person": {"BEGIN:VCARD\r\nVERSION:3.0\r\nN:陈;国栋;;;\r\nFN:陈国栋\r\nORG:王府酒店;采购部\r\nTITLE:经理\r\nTEL;TYPE=CELL:138 0013 8000\r\nTEL;TYPE=WORK,VOICE:021-58881234\r\nTEL;TYPE=WORK,FAX:021-58881235\r\nEMAIL;TYPE=INTERNET:a@b.cn\r\nADR;TYPE=WORK:;;张江路1号;上海市;;200120;中国\r\nBDAY:1980-01-02\r\nNOTE:老客户\\, 爱喝茶\\n少糖\r\nEND:VCARD\r\n",
			"FN=陈国栋|ORG=王府酒店|TITLE=经理|TEL=138 0013 8000; 办公 021-58881234|FAX=021-58881235|EMAIL=a@b.cn|ADR=上海市张江路1号|ZIP=200120|BDAY=1980-01-02|NOTE=ORG：采购部\n老客户, 爱喝茶\n少糖"},
		"firm":              {"BEGIN:VCARD\nVERSION:4.0\nKIND:org\nFN:王府酒店\nORG:王府酒店管理有限公司\nURL:https://a.cn\nURL:https://b.cn\nEND:VCARD\n", "FN=王府酒店管理有限公司|URL=https://a.cn|NOTE=URL：https://b.cn"},
		"old telephone":     {"BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E7=8E=8B;=E5=B0=8F=\n=E6=98=8E\nTEL;CELL;PREF:13800138000\nPHOTO;ENCODING=BASE64;JPEG:/9j/4AAQ\n AAAA:BBBB\n\nNOTE:a;b\nEND:VCARD\n", "FN=王小明|TEL=13800138000|NOTE=a;b"},
		"gbk":               {"BEGIN:VCARD\nVERSION:2.1\nFN;CHARSET=GBK:\xd5\xc5\xc8\xfd\nEND:VCARD\n", "FN=张三"},
		"without a name":    {"BEGIN:VCARD\nEMAIL:a@b.cn\nBDAY:--0203\nEND:VCARD\n", "FN=a@b.cn|EMAIL=a@b.cn|NOTE=BDAY：0203"},
		"labels and groups": {"begin:vcard\nFN:李\nitem1.X-ABLabel:_$!<AssistantPhone>!$_\nitem1.TEL:13900139000\nADR:;;1 Main St;Austin;TX;12345;USA\nADR:;;Elsewhere;;;;\nend:vcard\n", "FN=李|TEL=AssistantPhone 13900139000|ADR=1 Main St, Austin, TX, USA|ZIP=12345|NOTE=ADR：Elsewhere"},
		"card in a card":    {"BEGIN:VCARD\nFN:甲\nAGENT:\nBEGIN:VCARD\nFN:乙\nEND:VCARD\nTEL:1\nEND:VCARD\nBEGIN:VCARD\nFN:丙\nEND:VCARD\n", "FN=甲|TEL=1¶FN=丙"},
		"no end":            {"BEGIN:VCARD\nFN:甲\nTEL:1", "FN=甲|TEL=1"},
	} {
		path := filepath.Join(t.TempDir(), "a.vcf")
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, strings.Join(cardsOf(t, path), "¶")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestEveryCardFileIsRead: all cards of the files to try, and a name for each
// that says anything of somebody.
func TestEveryCardFileIsRead(t *testing.T) {
	dir := sharedData(t, "vcard")
	f, err := os.Open(filepath.Join(dir, "MANIFEST.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	list, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range list[1:] {
		want, _ := strconv.Atoi(row[2])
		if want == 0 {
			continue
		}
		got := cardsOf(t, filepath.Join(dir, row[0]))
		named := 0
		for _, c := range got {
			if strings.HasPrefix(c, "FN=") {
				named++
			}
		}
		if len(got) != want || named < want-1 {
			t.Errorf("%s: %d cards, %d with a name; want %d", row[0], len(got), named, want)
		}
	}
}
