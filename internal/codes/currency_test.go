package codes_test

import (
	"testing"

	"kedang/internal/codes"
)

func TestCurrency(t *testing.T) {
	for code, want := range map[string]bool{"CNY": true, "TWD": true, "AED": true, "ZWG": true, "USD": true,
		"": false, "cny": false, "RMB": false, "NY ": false, "D U": false, "ABC": false, "CN": false, "CNYT": false} {
		if codes.Currency(code) != want {
			t.Errorf("Currency(%q) is not %v", code, want)
		}
	}
}
