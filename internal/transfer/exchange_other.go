//go:build !linux

package transfer

import "os"

// exchange makes two folders change names.
func exchange(a, b string) error { return exchangeByThree(a, b, os.Rename) }
