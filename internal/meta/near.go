package meta

// nearest is the known name most like what was written, or "" when none is
// near: at most a third of the letters may differ. A name cut short (int,
// bool, desc) is the one that begins with it.
func nearest(name string, known []string) string {
	if len(name) >= 3 {
		for _, k := range known {
			if len(k) > len(name) && k[:len(name)] == name {
				return k
			}
		}
	}
	best, least := "", len(name)/3+2
	for _, k := range known {
		if d := distance(name, k, least); d < least {
			best, least = k, d
		}
	}
	return best
}

// distance counts the letters to add, drop, change or swap between two names
// (optimal string alignment); at least limit when it is clear it gets there.
func distance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	two, one, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range one {
		one[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(one[j]+1, row[j-1]+1, one[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], two[j-2]+1)
			}
		}
		two, one, row = one, row, two
	}
	return one[len(b)]
}
