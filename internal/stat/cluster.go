package stat

// DesignEffects is, for each group, the variance of a proportion when rows of one cluster (records of one person) depend
// on each other, divided by its variance when they do not. Numerator and denominator divided by it are effective counts
// for [Wilson], [Newcombe], [Koopman] and the gaps.
//
// clusters gives each row's cluster, below n; class is 1 for rows in the denominator and 2 for those in the numerator too.
// The variance is linearised (Taylor) over clusters as drawn with replacement: C/(C−1) Σ (y − p m)² / N², with y of m
// rows in the numerator per cluster (Rao and Scott 1992, Biometrics 48:577; Cochran, Sampling Techniques, §9A). The effect
// is exactly 1 where each cluster has one row, and is floored at 1, which is conservative: negative dependence inside
// clusters is not used. Where p is 0 or 1 it is Kish's bound Σ m²/N, the effect of full dependence; with one cluster N;
// and 1 without rows. With fewer than about 30 clusters per group the normal quantiles of the intervals are too short.
//
// Cost: one pass over the rows, about 35 ns each with ten million rows in five million clusters; memory 8 bytes per
// cluster and group, at most 256 MiB, beyond which rows are sorted by cluster first (4 bytes per row, about twice the
// time).
func DesignEffects(clusters []uint32, n int, codes []uint16, groups int, class []uint8) []float64 {
	sameLength(len(clusters), len(codes), len(class))
	sums := make([]clusterSums, groups)
	if int64(n)*int64(groups) <= 1<<25 {
		denseSums(clusters, n, codes, groups, class, sums)
	} else {
		sortedSums(clusters, n, codes, groups, class, sums)
	}
	effects := make([]float64, groups)
	for i := range sums {
		effects[i] = sums[i].effect()
	}
	return effects
}

// clusterSums holds sums over the clusters that occur in a group, m rows each with y in the numerator.
type clusterSums struct {
	clusters   uint64
	m, y       uint64
	mm, my, yy uint64 // at most rows², and there are fewer than 2³² rows
	curM, curY uint32 // cluster under way, used by sortedSums
}

func (s *clusterSums) add(m, y uint64) {
	s.clusters++
	s.m, s.y = s.m+m, s.y+y
	s.mm, s.my, s.yy = s.mm+m*m, s.my+m*y, s.yy+y*y
}

func (s *clusterSums) effect() float64 {
	n, y, c := float64(s.m), float64(s.y), float64(s.clusters)
	switch {
	case s.m == 0:
		return 1
	case s.clusters == 1:
		return n
	case s.y == 0 || s.y == s.m:
		return max(1, float64(s.mm)/n)
	}
	p := y / n
	squares := float64(s.yy) - 2*p*float64(s.my) + p*p*float64(s.mm)
	// Both variances carry their small-sample factor: C/(C−1) here, N/(N−1) there.
	return max(1, squares*c/(c-1)*(n-1)/(n*n*p*(1-p)))
}

// denseSums keeps one pair of counts for each cluster and group.
func denseSums(clusters []uint32, n int, codes []uint16, groups int, class []uint8, sums []clusterSums) {
	type pair struct{ m, y uint32 }
	cells := make([]pair, n*groups)
	for i, in := range class {
		c, g := int(clusters[i]), int(codes[i])
		if in == 0 || in > 2 || c >= n || g >= groups {
			continue
		}
		at := &cells[c*groups+g]
		at.m++
		at.y += uint32(in - 1)
	}
	for c := range n {
		for g := range groups {
			if at := cells[c*groups+g]; at.m > 0 {
				sums[g].add(uint64(at.m), uint64(at.y))
			}
		}
	}
}

// sortedSums goes through the rows cluster by cluster, after a counting sort.
func sortedSums(clusters []uint32, n int, codes []uint16, groups int, class []uint8, sums []clusterSums) {
	start := make([]uint32, n+1)
	used := func(i int) bool {
		return class[i] != 0 && class[i] <= 2 && int(clusters[i]) < n && int(codes[i]) < groups
	}
	total := uint32(0)
	for i := range class {
		if used(i) {
			start[clusters[i]]++
			total++
		}
	}
	for c, sum := 0, uint32(0); c < n; c++ {
		start[c], sum = sum, sum+start[c]
	}
	rows := make([]uint32, total)
	for i := range class {
		if used(i) {
			rows[start[clusters[i]]] = uint32(i)
			start[clusters[i]]++
		}
	}
	var touched []uint16
	from := uint32(0)
	for c := range n {
		for _, i := range rows[from:start[c]] {
			s := &sums[codes[i]]
			if s.curM == 0 {
				touched = append(touched, codes[i])
			}
			s.curM++
			s.curY += uint32(class[i] - 1)
		}
		from = start[c]
		for _, g := range touched {
			s := &sums[g]
			s.add(uint64(s.curM), uint64(s.curY))
			s.curM, s.curY = 0, 0
		}
		touched = touched[:0]
	}
}
