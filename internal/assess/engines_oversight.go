package assess

import (
	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/text"
)

// reviewed is HO-02: people review adverse decisions, take time for it, and are followed. The rate of overrides is shown with
// it and judges nothing.
func (j *judge) reviewed() {
	if why := j.absent("oversight.reviews"); j.in.Reviews == nil || why == plumbline.NotSelected {
		f := plumbline.Finding{State: plumbline.NotTested, Reason: why, Statement: text.FindingOversightNoReviews()}
		if why == plumbline.NotSelected {
			f.Statement = text.FindingExplainNotTested(metricName("rubber_stamp_share"), reasonName(why))
		}
		j.add(f)
		return
	}
	scope := plumbline.Scope{Table: "reviews"}
	for _, r := range []struct{ rule, metric string }{
		{"max_rubber_stamp_share", "rubber_stamp_share"},
		{"min_review_seconds_median", "review_seconds_median"},
		{"min_adverse_review_share", "adverse_review_share"},
		{"max_review_not_followed_share", "review_not_followed_share"},
		{"max_review_unmatched_share", "review_unmatched_share"},
	} {
		rule := j.rule(r.rule)
		if rule == nil {
			continue
		}
		f := j.plainly("oversight.reviews", r.metric, scope, rule)
		if o := j.find("override_rate", scope); r.metric == "rubber_stamp_share" && o != nil {
			f.Observations = append(f.Observations, o.ID)
			f.Statement = text.FindingOversightNote(f.Statement)
		}
		j.add(f)
	}
}
