package transfer

import (
	"cmp"
	"encoding/binary"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"unicode/utf16"

	"github.com/richardlehane/mscfb"

	"kedang/internal/errs"
)

// maxOldBook is the largest Excel 97 workbook taken in: its cells may stand in
// any order, so they are kept in memory. A full sheet of 65,536 rows is far
// smaller.
const maxOldBook = 48 << 20

// mostSheets is how many sheets of a workbook are looked at for cells.
const mostSheets = 32

// The records of an Excel 97 workbook (MS-XLS 2.3) that hold what we need.
const (
	recFormula  = 0x0006
	recEOF      = 0x000a
	recDateMode = 0x0022
	recFilePass = 0x002f
	recContinue = 0x003c
	recSheet    = 0x0085
	recMulRK    = 0x00bd
	recRString  = 0x00d6
	recSST      = 0x00fc
	recLabelSST = 0x00fd
	recNumber   = 0x0203
	recLabel    = 0x0204
	recBoolErr  = 0x0205
	recString   = 0x0207
	recRK       = 0x027e
	recBOF      = 0x0809
)

// oldBook is the first visible sheet with cells of an Excel 97 workbook. The
// libraries there are trust the file's own counts, so it is read here: what a
// file says of itself is never believed beyond the bytes it has.
type oldBook struct {
	data    []byte
	shared  []string // texts that cells name by number
	is1904  bool
	cells   []oldCell
	pending int // the cell whose formula's text comes next; -1 for none
	at      int // the cell that next begins with
}

type oldCell struct {
	row, col int
	text     string
}

func openOldBook(f *os.File) (_ sheet, format Format, err error) {
	defer func() {
		if p := recover(); p != nil { // cut or made up: an index beyond the bytes
			err = errs.New(errs.Invalid, "damaged_workbook", nil)
		}
	}()
	b := &oldBook{pending: -1}
	if b.data, err = workbookStream(f); err != nil {
		return nil, format, err
	}
	sheets, err := b.globals()
	if err != nil {
		return nil, format, err
	}
	format = Format{Kind: "xls", Dates1904: b.is1904}
	for _, s := range sheets {
		b.cells = b.cells[:0]
		b.sheet(s.at)
		if len(b.cells) > 0 {
			format.Sheet = s.name
			slices.SortStableFunc(b.cells, func(x, y oldCell) int {
				return cmp.Or(cmp.Compare(x.row, y.row), cmp.Compare(x.col, y.col))
			})
			b.data, b.shared = nil, nil
			return b, format, nil
		}
	}
	return nil, format, errs.New(errs.Invalid, "empty_file", nil)
}

// workbookStream reads the stream named Workbook. Excel 95 called it Book and
// wrote it otherwise.
func workbookStream(f *os.File) ([]byte, error) {
	doc, err := mscfb.New(f)
	if err != nil {
		return nil, &errs.Error{Kind: errs.Invalid, Code: "damaged_workbook", Err: err}
	}
	for e, err := doc.Next(); err == nil; e, err = doc.Next() {
		switch e.Name {
		case "EncryptedPackage":
			return nil, errs.New(errs.Invalid, "encrypted_file", nil)
		case "Book":
			return nil, errs.New(errs.Invalid, "old_excel_file", nil)
		case "Workbook":
			if e.Size > maxOldBook {
				return nil, errs.New(errs.Invalid, "old_excel_file", nil)
			}
			data, err := io.ReadAll(io.LimitReader(e, maxOldBook))
			if err != nil || len(data) < 8 {
				return nil, &errs.Error{Kind: errs.Invalid, Code: "damaged_workbook", Err: err}
			}
			return data, nil
		}
	}
	return nil, errs.New(errs.Invalid, "not_a_sheet", nil)
}

// record gives the record at a place and where the next one begins.
func (b *oldBook) record(at int) (id int, body []byte, next int, ok bool) {
	if at < 0 || at+4 > len(b.data) {
		return 0, nil, 0, false
	}
	id = int(binary.LittleEndian.Uint16(b.data[at:]))
	next = at + 4 + int(binary.LittleEndian.Uint16(b.data[at+2:]))
	if next > len(b.data) {
		return 0, nil, 0, false
	}
	return id, b.data[at+4 : next], next, true
}

// oldSheet is where a sheet begins.
type oldSheet struct {
	name string
	at   int
}

// globals reads what comes before the sheets.
func (b *oldBook) globals() (sheets []oldSheet, err error) {
	id, body, at, ok := b.record(0)
	if !ok || id != recBOF || binary.LittleEndian.Uint16(body) != 0x0600 {
		return nil, errs.New(errs.Invalid, "old_excel_file", nil)
	}
	for ok && id != recEOF {
		switch id {
		case recFilePass:
			return nil, errs.New(errs.Invalid, "encrypted_file", nil)
		case recDateMode:
			b.is1904 = binary.LittleEndian.Uint16(body) == 1
		case recSheet:
			visible, worksheet := body[4]&3 == 0, body[5] == 0
			if visible && worksheet && len(sheets) < mostSheets {
				name := &pieces{list: [][]byte{body[7:]}}
				sheets = append(sheets, oldSheet{name.chars(int(body[6])), int(binary.LittleEndian.Uint32(body))})
			}
		case recSST:
			b.texts(body, at)
		}
		id, body, at, ok = b.record(at)
	}
	return sheets, nil
}

// texts reads the shared texts, which go on in the records that follow.
func (b *oldBook) texts(body []byte, at int) {
	p := &pieces{list: [][]byte{body[8:]}}
	for id, more, next, ok := b.record(at); ok && id == recContinue; id, more, next, ok = b.record(next) {
		p.list = append(p.list, more)
	}
	for p.left() {
		b.shared = append(b.shared, p.text())
	}
}

// sheet reads the cells of the sheet that begins at a place.
func (b *oldBook) sheet(at int) {
	id, body, at, ok := b.record(at)
	for depth := 0; ok; id, body, at, ok = b.record(at) {
		switch id {
		case recBOF: // a chart lies inside a sheet with its own begin and end
			depth++
		case recEOF:
			if depth--; depth <= 0 {
				return
			}
		default:
			if depth == 1 {
				b.cell(id, body)
			}
		}
	}
}

// cell reads a record that holds cells; others are passed over.
func (b *oldBook) cell(id int, body []byte) {
	le := binary.LittleEndian
	switch id {
	case recLabelSST:
		if n := int(le.Uint32(body[6:])); n < len(b.shared) {
			b.add(body, 0, b.shared[n])
		}
	case recNumber:
		b.add(body, 0, floatText(math.Float64frombits(le.Uint64(body[6:]))))
	case recRK:
		b.add(body, 0, floatText(rk(le.Uint32(body[6:]))))
	case recMulRK:
		for k := 0; 4+6*k+6 <= len(body)-2; k++ {
			b.add(body, k, floatText(rk(le.Uint32(body[4+6*k+2:]))))
		}
	case recLabel, recRString:
		b.add(body, 0, (&pieces{list: [][]byte{body[8:]}}).chars(int(le.Uint16(body[6:]))))
	case recBoolErr:
		if body[7] == 0 {
			b.add(body, 0, strconv.Itoa(int(body[6])))
		}
	case recFormula:
		b.formula(body)
	case recString:
		if b.pending >= 0 {
			b.cells[b.pending].text = (&pieces{list: [][]byte{body[2:]}}).chars(int(le.Uint16(body)))
			b.pending = -1
		}
	}
}

// formula reads a formula's last result; a text comes in the next record.
func (b *oldBook) formula(body []byte) {
	result := body[6:14]
	switch {
	case result[6] != 0xff || result[7] != 0xff:
		b.add(body, 0, floatText(math.Float64frombits(binary.LittleEndian.Uint64(result))))
	case result[0] == 0:
		b.add(body, 0, "")
		b.pending = len(b.cells) - 1
	case result[0] == 1:
		b.add(body, 0, strconv.Itoa(int(result[2])))
	}
}

func (b *oldBook) add(body []byte, k int, text string) {
	row, col := int(binary.LittleEndian.Uint16(body)), int(binary.LittleEndian.Uint16(body[2:]))+k
	b.cells = append(b.cells, oldCell{row, col, text})
}

// rk is a number packed into 30 bits (MS-XLS 2.5.217).
func rk(v uint32) float64 {
	var n float64
	if v&2 != 0 {
		n = float64(int32(v) >> 2)
	} else {
		n = math.Float64frombits(uint64(v&^3) << 32)
	}
	if v&1 != 0 {
		n /= 100
	}
	return n
}

func floatText(n float64) string {
	if math.IsNaN(n) || math.IsInf(n, 0) || math.Abs(n) >= 1e21 {
		return strconv.FormatFloat(n, 'g', 15, 64)
	}
	return shortest(n)
}

func (b *oldBook) next() ([]string, int, error) {
	if b.at >= len(b.cells) {
		return nil, 0, io.EOF
	}
	row := b.cells[b.at].row
	var cells []string
	for ; b.at < len(b.cells) && b.cells[b.at].row == row; b.at++ {
		c := b.cells[b.at]
		for len(cells) <= c.col {
			cells = append(cells, "")
		}
		cells[c.col] = c.text
	}
	return cells, row + 1, nil
}

func (b *oldBook) part() float64 { return float64(b.at) / float64(len(b.cells)) }

func (b *oldBook) close() error { return nil }

// pieces reads texts that may be cut where one record ends and the next goes on.
type pieces struct {
	list [][]byte
	at   int
}

func (p *pieces) left() bool {
	for len(p.list) > 0 && p.at >= len(p.list[0]) {
		p.list, p.at = p.list[1:], 0
	}
	return len(p.list) > 0
}

func (p *pieces) byte() int {
	if !p.left() {
		panic("cut")
	}
	p.at++
	return int(p.list[0][p.at-1])
}

func (p *pieces) number(bytes int) (n int) {
	for k := range bytes {
		n |= p.byte() << (8 * k)
	}
	return n
}

// text reads a text with its formats and readings, which are passed over
// (MS-XLS 2.5.293).
func (p *pieces) text() string {
	length, flags := p.number(2), p.byte()
	skip := 0
	if flags&8 != 0 {
		skip += 4 * p.number(2)
	}
	if flags&4 != 0 {
		skip += p.number(4)
	}
	out := p.run(length, flags)
	for skip > 0 && p.left() {
		n := min(skip, len(p.list[0])-p.at)
		p.at, skip = p.at+n, skip-n
	}
	return out
}

// chars reads a text of a known length after its flags.
func (p *pieces) chars(length int) string { return p.run(length, p.byte()) }

// run reads characters of one or two bytes. A text that goes on in the next
// record has its flags anew there.
func (p *pieces) run(length, flags int) string {
	units := make([]uint16, 0, min(length, 1<<15))
	for len(units) < length {
		if len(p.list) > 0 && p.at >= len(p.list[0]) && p.left() {
			flags = p.byte()
		}
		if flags&1 != 0 {
			units = append(units, uint16(p.number(2)))
		} else {
			units = append(units, uint16(p.byte()))
		}
	}
	return string(utf16.Decode(units))
}
