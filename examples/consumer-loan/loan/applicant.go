package loan

import (
	"math"
	"math/rand/v2"

	"github.com/plumbline-project/plumbline/examples/madeup"
)

// The sexes as they stand in the data; unknown is a missing value.
const (
	female  = "female"
	male    = "male"
	unknown = ""
)

// Regions of the two defects that concern one.
const (
	underRegion = "东北" // under-represented
	worseRegion = "西南" // repays less than the score says
)

const (
	missingShare = 0.03
	womenShare   = 0.48
	codesPerArea = 15
	maxHistory   = 48 // months; nobody is younger than 22
	maxEmployed  = 6  // years
)

// population is that of plumbline.yaml.
func population() []madeup.Share {
	return []madeup.Share{madeup.Weigh("华东", 0.30), madeup.Weigh("华北", 0.16), madeup.Weigh("华南", 0.20), madeup.Weigh(worseRegion, 0.16), madeup.Weigh("西北", 0.08), madeup.Weigh(underRegion, 0.10)}
}

// tables are the distributions that applicants are drawn from.
type tables struct {
	regions, categories, womenCategories, menCategories, purposes, channels, devices []madeup.Share
}

// newTables returns the distributions under the switches. Of the shopping categories the first four are bought by women and
// the last four by men where the proxy is planted, and by everybody alike where it is not.
func newTables(sw *switches) tables {
	regions := population()
	if sw.region {
		const declared = 0.10
		for i := range regions {
			if regions[i].Value == underRegion {
				regions[i].Share *= underShare
			} else {
				regions[i].Share *= (1 - declared*underShare) / (1 - declared)
			}
		}
	}
	names := []string{
		"cosmetics", "handbags", "mother-and-baby", "skincare", "books", "groceries", "home", "travel",
		"car-parts", "fishing", "games", "power-tools",
	}
	spread := func(first, middle, last float64) []madeup.Share {
		out := make([]madeup.Share, len(names))
		for i, n := range names {
			out[i] = madeup.Weigh(n, [3]float64{first, middle, last}[i/4]/4)
		}
		return out
	}
	t := tables{
		regions:    regions,
		categories: spread(0.36, 0.28, 0.36),
		purposes:   []madeup.Share{madeup.Weigh("appliances", 0.25), madeup.Weigh("education", 0.15), madeup.Weigh("medical", 0.1), madeup.Weigh("renovation", 0.3), madeup.Weigh("travel", 0.2)},
		channels:   []madeup.Share{madeup.Weigh("app", 0.62), madeup.Weigh("branch", 0.13), madeup.Weigh("partner", 0.25)},
		devices:    []madeup.Share{madeup.Weigh("android", 0.44), madeup.Weigh("harmony", 0.2), madeup.Weigh("ios", 0.28), madeup.Weigh("web", 0.08)},
	}
	t.womenCategories, t.menCategories = t.categories, t.categories
	if sw.proxy {
		t.womenCategories, t.menCategories = spread(0.62, 0.28, 0.10), spread(0.10, 0.28, 0.62)
	}
	return t
}

// person is what stays the same when somebody applies again.
type person struct {
	key        string
	sex        string
	age        int32
	region     string
	area       string
	category   string
	taste      int // of the category: 0 women's, 1 everybody's, 2 men's; by name only where no proxy is planted
	income     int32
	employment float64
	debt       float64
	history    int32
	defaults   int32
}

// drawPerson draws a person. The number and order of the draws never depend on the switches.
func drawPerson(rng *rand.Rand, t *tables, sw *switches) person {
	var p person
	trueSex := male
	if rng.Float64() < womenShare {
		trueSex = female
	}
	p.sex = trueSex
	if rng.Float64() < missingShare {
		p.sex = unknown
	}
	p.age = drawAge(rng.Float64(), rng.Float64())
	region := madeup.Pick(rng.Float64(), t.regions)
	p.region = t.regions[region].Value
	p.area = areaCode(rng.Float64(), region, sw.proxy)
	categories := t.menCategories
	if trueSex == female {
		categories = t.womenCategories
	}
	category := madeup.Pick(rng.Float64(), categories)
	p.category, p.taste = categories[category].Value, category/4
	p.income = int32(100 * math.Round(min(max(8000*math.Exp(0.5*rng.NormFloat64()), 2000), 80000)/100))
	p.employment = math.Round(10*madeup.TruncatedExp(rng.Float64(), 3, maxEmployed)) / 10
	p.debt = math.Round(1000*min(max(0.35+0.15*rng.NormFloat64(), 0), 0.95)) / 1000
	p.history = int32(rng.Float64() * (maxHistory + 1))
	p.defaults = drawDefaults(rng.Float64())
	return p
}

// drawAge gives whole years from 22 to 74.
func drawAge(band, within float64) int32 {
	bands := [4]struct{ share, from, to float64 }{{0.28, 22, 30}, {0.38, 30, 45}, {0.24, 45, 60}, {1, 60, 75}}
	for _, b := range bands {
		if band -= b.share; band < 0 {
			return int32(b.from + within*(b.to-b.from))
		}
	}
	return 74
}

// drawDefaults gives 0 to 3, 0.26 on average.
func drawDefaults(u float64) int32 {
	switch {
	case u < 0.82:
		return 0
	case u < 0.94:
		return 1
	case u < 0.98:
		return 2
	}
	return 3
}

// areaCode gives six digits. Tied codes begin with the region, so that they tell it; others tell nothing.
func areaCode(u float64, region int, tied bool) string {
	const regions = 6
	n := int(u * codesPerArea)
	if !tied {
		all := int(u * regions * codesPerArea)
		region, n = all/codesPerArea, all%codesPerArea
	}
	code := []byte("A00000")
	const digits = "0123456789"
	code[1], code[2], code[3] = digits[region+1], digits[n/10], digits[n%10]
	return string(code)
}
