package transfer

// exchangeByThree makes two folders change names in three steps.
func exchangeByThree(a, b string, rename func(from, to string) error) error {
	third := a + ".old"
	if err := rename(b, third); err != nil {
		return err
	}
	if err := rename(a, b); err != nil {
		rename(third, b)
		return err
	}
	return rename(third, a)
}
