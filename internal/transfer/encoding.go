package transfer

import (
	"bytes"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	xunicode "golang.org/x/text/encoding/unicode"

	"kedang/internal/errs"
)

// sample is how much of a file is looked at to tell its encoding and shape.
const sample = 256 << 10

// textEncoding is an encoding that sheets come in.
type textEncoding struct {
	name string
	enc  encoding.Encoding // nil: UTF-8
}

var encodings = map[string]textEncoding{
	"utf-8":        {"utf-8", nil},
	"gb18030":      {"gb18030", simplifiedchinese.GB18030},
	"big5":         {"big5", traditionalchinese.Big5},
	"utf-16le":     {"utf-16le", xunicode.UTF16(xunicode.LittleEndian, xunicode.UseBOM)},
	"utf-16be":     {"utf-16be", xunicode.UTF16(xunicode.BigEndian, xunicode.UseBOM)},
	"windows-1252": {"windows-1252", charmap.Windows1252},
}

// detect tells a text's encoding from its first bytes. whole says that head is
// all there is; otherwise a character cut at its end is no mistake.
func detect(head []byte, whole bool) (textEncoding, error) {
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		return encodings["utf-8"], nil
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		return encodings["utf-16le"], nil
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		return encodings["utf-16be"], nil
	}
	if name := utf16Guess(head); name != "" {
		return encodings[name], nil
	}
	if name := utf16Han(head); name != "" {
		return encodings[name], nil
	}
	if bytes.IndexByte(head, 0) >= 0 && !textual(head) {
		return textEncoding{}, errs.New(errs.Invalid, "not_a_sheet", nil)
	}
	if validUTF8(head, whole) {
		return encodings["utf-8"], nil
	}
	gb, big5 := plausible(head, "gb18030"), plausible(head, "big5")
	latin := plausible(head, "windows-1252")
	switch {
	case gb <= 0 && big5 <= 0 && latin <= 0:
		return textEncoding{}, errs.New(errs.Invalid, "unknown_encoding", nil)
	case latin > gb && latin > big5:
		return encodings["windows-1252"], nil
	case big5 > gb:
		return encodings["big5"], nil
	}
	return encodings["gb18030"], nil
}

// utf16Guess finds UTF-16 without a mark: every other byte of Latin text is zero.
func utf16Guess(head []byte) string {
	var even, odd int
	n := min(len(head), 4096) &^ 1
	for i := 0; i < n; i += 2 {
		if head[i] == 0 {
			even++
		}
		if head[i+1] == 0 {
			odd++
		}
	}
	switch {
	case n < 8:
	case odd > n/8 && even == 0:
		return "utf-16le"
	case even > n/8 && odd == 0:
		return "utf-16be"
	}
	return ""
}

// utf16Han finds UTF-16 without a mark where most characters are Chinese: only
// line ends and commas have a zero byte, and only read the right way round the
// rest are characters that lists are made of.
func utf16Han(head []byte) string {
	if len(head) < 8 || bytes.IndexByte(head, 0) < 0 {
		return ""
	}
	head = head[:len(head)&^1]
	little, big := plausible(head, "utf-16le"), plausible(head, "utf-16be")
	switch {
	case max(little, big) < 0.3:
		return ""
	case little > big:
		return "utf-16le"
	}
	return "utf-16be"
}

// textual tells a text with a stray zero byte from a program or picture.
func textual(head []byte) bool {
	odd := 0
	for _, c := range head {
		if c < 9 || (c > 13 && c < 32) {
			odd++
		}
	}
	return odd*100 < len(head)
}

func validUTF8(head []byte, whole bool) bool {
	if utf8.Valid(head) {
		return true
	}
	if whole {
		return false
	}
	for cut := 1; cut < utf8.UTFMax && cut < len(head); cut++ {
		if utf8.Valid(head[:len(head)-cut]) {
			return true
		}
	}
	return false
}

// frequent are characters that stand in nearly every list of customers, in
// both scripts. Text decoded wrongly has almost none of them.
const frequent = "的一是不了人在有我他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后小么心多天而能好都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长知民样现分将外但身些与高意进把法此实回二理美点月明其种声全工己话儿者向情部正名定女问力机给等几很业最间新什打便位因重被走电四第门相次东政海口使教西再平真听世气信北少关并内加化由却代军产入先山五太水万市眼体别处总才场师书比住员九笑性通目华报立马命张活难神数件安表原车白应路期叫死常提感金何更反合放做系计或司利受光王果亲界及今京务制解各任至清物台象记边共风战干接它许八特觉望直服毛林题建南度统色字请交爱让认算论百吃义科怎元社术结六功指思非流每青管夫连远资队跟带花快条院变联言权往展该领传近留红治决周保达办运武半候七必城父强步完革深区即求品士转量空甚众技轻程告江语英基派满式李息写呢识极令黄德收脸钱党倒未持取设始版双历越史商千片容研像找友孩站广改议形委早房音火际则首单据导影失拿网香似斯专石若兵弟谁校读志飞观争究包组造落视济喜离虽坏客户编号姓名电话手机地址邮箱备注省县区镇街道号楼室有限公司股份集团联系人职位来源微信座机經個們為來時會說國對學後過開無發從動長樣現實點種聲話問機給幾業間電門東場書報馬難數應車記許讓認論連遠資隊帶條變聯權傳達辦運強轉眾廣單據導專觀爭組號樓縣區鎮聯絡統編負責產業臺灣"

var common = func() map[rune]bool {
	m := make(map[rune]bool, 1000)
	for _, r := range frequent {
		m[r] = true
	}
	return m
}()

// plausible scores how well bytes read in an encoding: the share of frequent
// characters and letters among what is not ASCII, less what could not be read.
func plausible(head []byte, name string) float64 {
	text, err := encodings[name].enc.NewDecoder().Bytes(head)
	if err != nil {
		return 0
	}
	var beyond, good, bad float64
	for i, r := range string(text) {
		switch {
		case r < 0x80:
			continue
		case r == utf8.RuneError:
			if i < len(text)-4 {
				bad += 5
			}
		case common[r]:
			good++
		case name == "windows-1252" && unicode.IsLetter(r):
			good += 0.5
		case r >= 0x3000 && r <= 0x303f, r >= 0xff00 && r <= 0xff5e:
			good += 0.5
		case unicode.Is(unicode.Han, r):
			good += 0.1
		case r >= 0xe000 && r <= 0xf8ff:
			bad++
		}
		beyond++
	}
	if beyond == 0 {
		return 0
	}
	return (good - bad) / beyond
}

// decode reads a text in an encoding as UTF-8 without its mark.
func decode(r io.Reader, e textEncoding) io.Reader {
	if e.enc != nil {
		r = e.enc.NewDecoder().Reader(r)
	}
	return &markless{r: r}
}

// markless drops a byte order mark.
type markless struct {
	r     io.Reader
	begun bool
}

// Read reads on.
func (m *markless) Read(b []byte) (int, error) {
	if m.begun || len(b) < 3 {
		m.begun = true
		return m.r.Read(b)
	}
	m.begun = true
	n, err := io.ReadAtLeast(m.r, b, 3)
	if err == io.ErrUnexpectedEOF {
		err = io.EOF
	}
	if bytes.HasPrefix(b[:n], []byte("\xef\xbb\xbf")) {
		n = copy(b, b[3:n])
	}
	return n, err
}

// encodingNamed finds an encoding that a user names.
func encodingNamed(name string) (textEncoding, error) {
	switch n := strings.ToLower(strings.TrimSpace(name)); n {
	case "gbk", "gb2312", "cp936":
		return encodings["gb18030"], nil
	case "utf8":
		return encodings["utf-8"], nil
	case "utf-16", "utf16":
		return encodings["utf-16le"], nil
	case "cp950":
		return encodings["big5"], nil
	case "latin1", "iso-8859-1":
		return encodings["windows-1252"], nil
	default:
		if e, ok := encodings[n]; ok {
			return e, nil
		}
	}
	return textEncoding{}, errs.RefuseField("encoding", "unknown_encoding", nil)
}
