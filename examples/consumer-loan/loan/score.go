package loan

import (
	"math"
	"strings"
)

const (
	intercept = 1.2    // logit of the score of an average applicant
	cutoff    = 0.7150 // score from which loans are granted
	reviewed  = 0.0300 // a score this near to the cut-off goes to a person
)

// inputs are the columns that the score is made of, and the codes of the reasons that it gives.
func inputs() [6]string {
	return [6]string{"income", "debt_ratio", "previous_defaults", "credit_history_months", "employment_years", "loan_amount"}
}

// contributions gives the logit points of each of [inputs], about 0 on average. README.md states the formula.
func contributions(p *person, amount int32) [6]float64 {
	income := math.Log(float64(p.income) / 8000)
	burden := math.Log(float64(amount) / (3.5 * float64(p.income)))
	return [6]float64{
		income,
		-0.50 * (p.debt - 0.35) / 0.15,
		-0.90 * (float64(p.defaults) - 0.26),
		0.30 * (float64(p.history) - 24) / 14.1,
		0.25 * (p.employment - 2.1) / 1.6,
		-0.30 * burden / 0.6,
	}
}

// logit is the log-odds of repayment that the columns tell; exact in a world without defects.
func logit(c *[6]float64) float64 {
	x := intercept
	for _, v := range c {
		x += v
	}
	return x
}

// reasons keeps the texts of the reason codes, so that equal ones are made once.
type reasons map[[4]int8]string

// of returns up to three inputs that lowered the score most, lowest first, and always at least one.
func (r reasons) of(c *[6]float64, unknownFirst bool) string {
	key := [4]int8{-1, -1, -1, 0}
	for n := range 3 {
		best := int8(-1)
		for i := range int8(len(c)) {
			if i != key[0] && i != key[1] && (best < 0 || c[i] < c[best]) {
				best = i
			}
		}
		if n > 0 && c[best] > -0.1 {
			break
		}
		key[n] = best
	}
	if unknownFirst {
		key[3] = 1
	}
	text, ok := r[key]
	if !ok {
		var codes []string
		if unknownFirst {
			codes = append(codes, "guarantor_rating")
		}
		names := inputs()
		for _, i := range key[:3] {
			if i >= 0 {
				codes = append(codes, names[i])
			}
		}
		text = strings.Join(codes, ";")
		r[key] = text
	}
	return text
}
