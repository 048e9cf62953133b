package codes

import (
	"strings"

	"kedang/internal/errs"
)

// ParseTaiwanUBN reads a unified business number of Taiwan (統一編號, 8
// digits). recent tells that it holds only by the rule in force since
// 2023-04-01 (weighted sum divisible by 5), not by the one before (by 10):
// such a number was given after that day.
// Problems: bad_length, bad_character, bad_checksum.
func ParseTaiwanUBN(text string) (number string, recent bool, problems []errs.Problem) {
	s := compact(text, " -'")
	if len(s) != 8 {
		return s, false, problem("bad_length", errs.Params{"want": "8"})
	}
	if !digitsOnly(s) {
		return s, false, problem("bad_character", nil)
	}
	sum := 0
	for i, w := range [8]int{1, 2, 1, 2, 1, 2, 4, 1} {
		p := int(s[i]-'0') * w
		sum += p/10 + p%10
	}
	// A 7 in seventh place gives 28, whose digits make 10: counted as 1 or as 0.
	seven := s[6] == '7'
	if sum%10 == 0 || seven && (sum+1)%10 == 0 {
		return s, false, nil
	}
	if sum%5 == 0 || seven && (sum+1)%5 == 0 {
		return s, true, nil
	}
	return s, false, problem("bad_checksum", nil)
}

// taiwanLetters are the numbers of the first letters, from A = 10.
var taiwanLetters = [26]int{10, 11, 12, 13, 14, 15, 16, 17, 34, 18, 19, 20, 21, 22, 35, 23, 24, 25, 26, 27, 28, 29, 32, 30, 31, 33}

// ParseTaiwanID reads a national identity number of Taiwan (身分證字號) or a
// resident certificate (居留證): a letter, then 1, 2, 8 or 9 and eight digits,
// or (certificates before 2021) two letters and eight digits.
// Problems: bad_length, bad_character, bad_checksum.
func ParseTaiwanID(text string) (string, []errs.Problem) {
	s := compact(text, " -'")
	if len(s) != 10 {
		return s, problem("bad_length", errs.Params{"want": "10"})
	}
	if s[0] < 'A' || s[0] > 'Z' || !digitsOnly(s[2:]) || !strings.Contains("1289ABCD", s[1:2]) {
		return s, problem("bad_character", nil)
	}
	first := taiwanLetters[s[0]-'A']
	second := int(s[1] - '0')
	if s[1] >= 'A' {
		second = taiwanLetters[s[1]-'A'] % 10
	}
	sum := first/10 + first%10*9 + second*8 + int(s[9]-'0')
	for i := 2; i < 9; i++ {
		sum += int(s[i]-'0') * (9 - i)
	}
	if sum%10 != 0 {
		return s, problem("bad_checksum", nil)
	}
	return s, nil
}
