package transfer

import (
	"os"

	"golang.org/x/sys/unix"
)

// exchange makes two folders change names at once. Where the file system
// cannot, the empty or old one is moved away first.
func exchange(a, b string) error {
	err := unix.Renameat2(unix.AT_FDCWD, a, unix.AT_FDCWD, b, unix.RENAME_EXCHANGE)
	if err == nil {
		return nil
	}
	return exchangeByThree(a, b, os.Rename)
}
