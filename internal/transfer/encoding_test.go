package transfer

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
)

const (
	simplified  = "客户名称,电话,备注\n上海浦东张江贸易有限公司,13800138000,老客户，每月订货\n李小红,021-50801234,爱喝龙井\n"
	traditional = "客戶名稱,電話,備註\n台灣積體電路製造股份有限公司,03-5636688,新竹科學園區\n鴻海精密工業股份有限公司,02-22683466,土城\n"
	western     = "Name,Phone,Notes\nJosé Peña,+34 600 000 000,Calle Ñuñoa niño\nFrançois Lefèvre,+33 1 00 00 00,déjà vu\n"
)

func TestEncodings(t *testing.T) {
	le := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	be := unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	for _, c := range []struct {
		name, text string
		enc        encoding.Encoding
		mark, want string
	}{
		{"plain", simplified, encoding.Nop, "", "utf-8"},
		{"mark", simplified, encoding.Nop, "\xef\xbb\xbf", "utf-8"},
		{"gbk", simplified, simplifiedchinese.GBK, "", "gb18030"},
		{"gb18030", simplified + "𠮷野,1,2\n", simplifiedchinese.GB18030, "", "gb18030"},
		{"big5", traditional, traditionalchinese.Big5, "", "big5"},
		{"traditional in gbk", traditional, simplifiedchinese.GBK, "", "gb18030"},
		{"utf-16 little", simplified, le, "\xff\xfe", "utf-16le"},
		{"utf-16 big", traditional, be, "\xfe\xff", "utf-16be"},
		{"utf-16 without mark", western, le, "", "utf-16le"},
		{"utf-16 without mark, Chinese", simplified, le, "", "utf-16le"},
		{"utf-16 the other way, Chinese", traditional, be, "", "utf-16be"},
		{"western", western, charmap.Windows1252, "", "windows-1252"},
		{"ascii", "name,phone\nAn,1\n", encoding.Nop, "", "utf-8"},
	} {
		t.Run(c.name, func(t *testing.T) {
			body, err := c.enc.NewEncoder().String(c.text)
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), "a.csv")
			if err := os.WriteFile(path, []byte(c.mark+body), 0o600); err != nil {
				t.Fatal(err)
			}
			rows, format, err := readSheet(t, path, "")
			if err != nil || format.Encoding != c.want {
				t.Fatalf("encoding %q, err = %v; want %q", format.Encoding, err, c.want)
			}
			var got []string
			for _, r := range rows {
				got = append(got, strings.Join(r, ","))
			}
			if diff := cmp.Diff(strings.TrimSpace(c.text), strings.Join(got, "\n")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A long file is told by its head, wherever the head cuts a character.
func TestEncodingOfLongFile(t *testing.T) {
	for shift := range 4 {
		for name, enc := range map[string]encoding.Encoding{"utf-8": encoding.Nop, "gb18030": simplifiedchinese.GB18030} {
			text := strings.Repeat("x", shift) + "\n" + strings.Repeat(simplified, 5000)
			body, err := enc.NewEncoder().String(text)
			if err != nil {
				t.Fatal(err)
			}
			got, err := detect([]byte(body)[:sample], false)
			if err != nil || got.name != name {
				t.Errorf("shift %d: %q, %v; want %q", shift, got.name, err, name)
			}
		}
	}
}

func TestEncodingGiven(t *testing.T) {
	body, err := traditionalchinese.Big5.NewEncoder().String(traditional)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "a.csv")
	if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
		t.Fatal(err)
	}
	if rows, _, err := readSheet(t, path, "cp950"); err != nil || rows[0][0] != "客戶名稱" {
		t.Errorf("%q, %v", rows, err)
	}
	if _, _, err := readSheet(t, path, "ebcdic"); err == nil {
		t.Error("an unknown encoding was taken")
	}
}
