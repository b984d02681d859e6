package loan

import (
	"slices"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/examples/madeup"
	"github.com/plumbline-project/plumbline/examples/planted"
)

// The files of the definition that defects change.
const (
	workflowFile = "plumbline.yaml"
	flowFile     = "flow.n8n.json"
)

// Catalogue returns all defects with the finding that must show each and what it changes in the definition, in the order of
// README.md.
func Catalogue() []planted.Defect {
	var out []planted.Defect
	for _, part := range [][]planted.Defect{biasDefects(), dataDefects(), explainDefects(), securityDefects(), oversightDefects()} {
		out = append(out, part...)
	}
	return out
}

// edit is a change of one text of a file.
func edit(file, before, after string) planted.Edit {
	return planted.Edit{File: file, Old: before, New: after}
}

// hidden is a defect whose finding another one hides.
func hidden(d planted.Defect, by Defect) planted.Defect {
	d.HiddenBy = by
	return d
}

func biasDefects() []planted.Defect {
	const d = plumbline.ModelBias
	return []planted.Defect{
		planted.Shown(SexPenalty, d, "MB-03", "/sex"),
		planted.Shown(AgeCliff, d, "MB-03", "/age_band"),
		planted.Shown(Intersection, d, "MB-03", "/sex/age_band"),
		planted.Shown(RegionRepresentation, d, "MB-08", "/region=东北"),
		planted.Shown(Proxy, d, "MB-01", "/sex/shopping_category"),
		planted.Shown(Calibration, d, "MB-04", "/calibration_in_the_large_difference/region"),
		planted.Shown(MissingSex, d, "MB-03", "/sex="),
		planted.Shown(NoBasis, "", "PR-01", "/region", edit(workflowFile, `
      source: 申请表中的居住地 / residence in the application form
      basis: 申请表第七条的同意 / consent, clause 7 of the application form (PIPL art. 13)
`, `
      source: 申请表中的居住地 / residence in the application form
`)),
	}
}

func dataDefects() []planted.Defect {
	const d = plumbline.DataIntegrity
	return []planted.Defect{
		planted.Shown(Drift, d, "DI-08", "income"),
		planted.Shown(Duplicates, d, "DI-04", "/duplicate_row_share"),
		planted.Shown(MissingIncome, d, "DI-04", "/missing_value_share/income"),
		planted.Shown(ConstantColumn, d, "DI-04", "/top_value_share/device_type"),
		planted.Shown(OutOfRange, d, "DI-04", "/out_of_range_share/debt_ratio"),
		planted.Shown(UnseenCategory, d, "DI-04", "/unseen_category_share/loan_purpose"),
		planted.Shown(LabelFlip, d, "DI-05", "/label_conflict_share/table=training"),
		hidden(planted.Shown(Leakage, d, "DI-05", "/single_feature_auc/calls"), LabelFlip),
		planted.Shown(TrainingOverlap, d, "DI-05", "/training_overlap_share"),
		planted.Shown(TimeGap, d, "DI-04", "/longest_gap_ratio/decided_at"),
		planted.Shown(OutOfOrder, d, "DI-04", "/out_of_order_share/decided_at"),
		planted.Shown(UndeclaredIdentity, d, "PR-01", "/undeclared_personal_column/contact_ref"),
		planted.Shown(StaleTraining, d, "DI-04", "/data_age_ratio/granted_at", edit(workflowFile, "collected: 2024-11-01/2025-10-31", "collected: 2019-11-01/2020-10-31")),
		planted.Shown(NoLicence, d, "DI-02", "/table=training", edit(workflowFile, `    licence: 内部数据 / internal
    source: 上一年度已放款贷款 / loans granted the year before
`, "")),
	}
}

func explainDefects() []planted.Defect {
	const d = plumbline.Explainability
	version := func(file string) planted.Edit {
		return edit(file, "版本 / version: cl-2026.1", "版本 / version: cl-2025.3")
	}
	return []planted.Defect{
		planted.Shown(MissingReason, d, "EX-02", "/reason_coverage"),
		planted.Shown(UnknownReason, d, "EX-02", "/reason_input_known_share/item=guarantor_rating"),
		planted.Shown(UnstableReasons, d, "EX-02", "/reason_agreement_difference"),
		planted.Shown(Inconsistent, d, "EX-03", "/identical_unlike_share"),
		planted.Shown(NoVersion, d, "EX-03", "/replayable_share/item=version"),
		planted.Shown(StaleDocument, d, "EX-01", "/documented_version_current", edit(workflowFile, "\n  version: cl-2026.1 #", "\n  version: cl-2025.3 #"),
			version("docs/purpose.md"), version("docs/mechanism.md"), version("docs/limits.md")),
		planted.Shown(UnknownTraining, d, "EX-07", "example-chat", edit(workflowFile, `    training:
      statement: 供应商的模型说明，第 3 节（虚构） / the provider's model card, section 3 (made up)
      contract: 采购合同 LC-2026-017（虚构） / purchase contract LC-2026-017 (made up)
`, "")),
	}
}

func securityDefects() []planted.Defect {
	const d = plumbline.Security
	flow := func(name Defect, control, hint string, edits ...string) planted.Defect {
		out := planted.Shown(name, d, control, hint)
		for pair := range slices.Chunk(edits, 2) {
			out.Edits = append(out.Edits, edit(flowFile, pair[0], pair[1]))
		}
		return out
	}
	// What a portal passes on from callers whom it knows may be theirs or strangers', and is not tested; what a service outside
	// answers is not of known callers.
	injection := flow(Injection, "SE-04", "indirect", "{{ $json.guardrailsInput }}", "{{ $json.guardrailsInput }}. The bureau remarks: {{ $('Score application').item.json.remark }}")
	return []planted.Defect{
		flow(Secret, "SE-10", "", `"value": "loan-approval"`, `"value": "loan-approval" }, { "name": "Authorization", "value": "Bearer `+madeup.FakeKey()+`"`),
		flow(PlainHTTP, "SE-03", "cleartext", "https://scoring.lender.example/v1/score", "http://scoring.lender.example/v1/score"),
		flow(UnpinnedModel, "SE-07", "unpinned", `"example-chat-2026-03-01"`, `"example-chat-latest"`),
		flow(NoErrorPath, "SE-11", "unhandled",
			",\n      \"onError\": \"continueErrorOutput\"", "",
			`[{ "node": "Apply cut-off", "type": "main", "index": 0 }], [{ "node": "Scoring failed", "type": "main", "index": 0 }]`,
			`[{ "node": "Apply cut-off", "type": "main", "index": 0 }]`,
			`, "errorWorkflow": "tell-operations"`, ""),
		injection,
		flow(UnapprovedAction, "SE-06", "unapproved", `"Draft letter": { "main": [[{ "node": "Approve letter",`, `"Draft letter": { "main": [[{ "node": "Send letter",`),
		planted.Shown(NoHash, d, "SE-07", "unhashed", edit(workflowFile, "    sha256: 090691a110f588f5d1a7037c14f2c2c9df3d96f404ed5cf31e36a1c799c9e990\n", "")),
		flow(OpenTrigger, "SE-02", "open_triggers", `"authentication": "headerAuth"`, `"authentication": "none"`),
	}
}

func oversightDefects() []planted.Defect {
	const d = plumbline.Oversight
	return []planted.Defect{
		planted.Shown(RubberStamp, d, "HO-02", "/rubber_stamp_share"),
		planted.Shown(Unreviewed, d, "HO-02", "/adverse_review_share"),
	}
}
