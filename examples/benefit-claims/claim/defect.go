package claim

import (
	"strings"

	"github.com/plumbline-project/plumbline"
	benefitclaims "github.com/plumbline-project/plumbline/examples/benefit-claims"
	"github.com/plumbline-project/plumbline/examples/madeup"
	"github.com/plumbline-project/plumbline/examples/planted"
)

// Defect names a defect that can be planted. README.md says how large each one is and which finding shows it.
type Defect = planted.Name

// The defects of bias and data.
const (
	EthnicityPenalty        Defect = "ethnicity-penalty"        // Black claimants need a higher score
	AgePenalty              Defect = "age-penalty"              // so do claimants of 65 and more
	EthnicityRepresentation Defect = "ethnicity-representation" // Hispanic or Latino claimants are too few
	Drift                   Defect = "drift"                    // rents and incomes are not those of the year before
	Duplicates              Defect = "duplicates"               // rows that are there twice, and ids that name two rows
	MissingSavings          Defect = "missing-savings"          // savings are missing in many rows
	UnseenCategory          Defect = "unseen-category"          // a district that the year before did not have
	TimeGap                 Defect = "time-gap"                 // 100 days without a decision
	UndeclaredContact       Defect = "undeclared-contact"       // e-mail addresses and card numbers in notes
	StaleKnowledge          Defect = "stale-knowledge"          // the guidance was last reviewed years ago
	PersonalKnowledge       Defect = "pii-in-knowledge"         // a page of guidance names a person
	DuplicateKnowledge      Defect = "duplicate-knowledge"      // a page is there twice with few words changed
	NoProvenance            Defect = "no-provenance"            // nothing says where the guidance comes from
)

// The defects of explanation, security and oversight.
const (
	MissingReason    Defect = "missing-reason"    // denials without a reason
	UnknownReason    Defect = "unknown-reason"    // a reason that stands for no input
	NoVersion        Defect = "no-version"        // records that do not say which model decided
	StaleDocument    Defect = "stale-document"    // the documents speak of the model before
	UnknownTraining  Defect = "unknown-training"  // nothing is known of what the language model was trained on
	Secret           Defect = "secret"            // a key stands in a step
	PlainHTTP        Defect = "plain-http"        // the score comes without encryption
	UnpinnedModel    Defect = "unpinned-model"    // the name of the model fixes no version
	Injection        Defect = "injection"         // text of the scoring service reaches the agent
	UnapprovedAction Defect = "unapproved-action" // notices of the agent are sent without a person
	OpenTrigger      Defect = "open-trigger"      // anybody can start the workflow
	NoHash           Defect = "no-hash"           // nothing tells whether the model file is the approved one
	RubberStamp      Defect = "rubber-stamp"      // caseworkers agree with every suggestion within seconds
	Unreviewed       Defect = "unreviewed"        // denials without a person
)

// Defects returns the names of all defects, in the order of README.md.
func Defects() []Defect { return planted.Names(Catalogue()) }

// The files of the definition that defects change.
const (
	workflowFile = "plumbline.yaml"
	flowFile     = "flow.n8n.json"
	rentPage     = "texts/guidance/rent.md"
)

// Catalogue returns all defects with the finding that must show each and what it changes in the definition, in the order of
// README.md.
func Catalogue() []planted.Defect {
	const bias, data, explain, oversight = plumbline.ModelBias, plumbline.DataIntegrity, plumbline.Explainability, plumbline.Oversight
	in := func(file, before, after string) planted.Edit {
		return planted.Edit{File: file, Old: before, New: after}
	}
	flow := func(before, after string) planted.Edit { return in(flowFile, before, after) }
	version := func(file string) planted.Edit {
		return in(file, "Version 版本: hs-2026.2", "Version 版本: hs-2025.1")
	}
	// What a portal passes on from callers whom it knows may be theirs or strangers', and is not tested; what a service outside
	// answers is not of known callers.
	injection := planted.Shown(Injection, plumbline.Security, "SE-04", "indirect", flow("{{ $json.guardrailsInput }}",
		"{{ $json.guardrailsInput }}. The service remarks: {{ $('Score need').item.json.remark }}"))
	return []planted.Defect{
		planted.Shown(EthnicityPenalty, bias, "MB-03", "/ethnicity"),
		planted.Shown(AgePenalty, bias, "MB-03", "/age_band"),
		planted.Shown(EthnicityRepresentation, bias, "MB-08", "/ethnicity=Hispanic or Latino"),

		planted.Shown(Drift, data, "DI-08", "rent"),
		planted.Shown(Duplicates, data, "DI-04", "/duplicate_row_share"),
		planted.Shown(MissingSavings, data, "DI-04", "/missing_value_share/savings"),
		planted.Shown(UnseenCategory, data, "DI-04", "/unseen_category_share/district"),
		planted.Shown(TimeGap, data, "DI-04", "/longest_gap_ratio/decided_at"),
		planted.Shown(UndeclaredContact, data, "PR-01", "/personal_text_share/note"),
		planted.Shown(StaleKnowledge, data, "DI-04", "/text_age_ratio", in(workflowFile, "collected: 2026-07-15 #", "collected: 2020-07-15 #")),
		planted.Shown(PersonalKnowledge, data, "PR-01", "/text_personal_share", in("texts/guidance/appeals.md", "\n<!-- example -->\n",
			"\nExample: Ms Dorothea Quill (dorothea.quill@riverside-tenants.net, card 4539 1488 0343 6467) appealed on 3 March.\n")),
		planted.Shown(DuplicateKnowledge, data, "DI-04", "/text_near_duplicate_share", in("texts/guidance/rent-before.md", "", nearCopy())),
		planted.Shown(NoProvenance, data, "DI-02", "/item=texts_guidance", in(workflowFile, `
      licence: Open Government Licence v3.0 (made-up guidance)
      source: housing department, guidance for caseworkers 住房部门办案指引
`, "\n")),

		planted.Shown(MissingReason, explain, "EX-02", "/reason_coverage"),
		planted.Shown(UnknownReason, explain, "EX-02", "/reason_input_known_share/item=D9"),
		planted.Shown(NoVersion, explain, "EX-03", "/replayable_share/item=version"),
		planted.Shown(StaleDocument, explain, "EX-01", "/documented_version_current", in(workflowFile, "\n  version: hs-2026.2 #", "\n  version: hs-2025.1 #"),
			version("docs/purpose.md"), version("docs/mechanism.md"), version("docs/limits.md")),
		planted.Shown(UnknownTraining, explain, "EX-07", "example-agent", in(workflowFile, `
    training:
      statement: the provider's model card, section 3 (made up) 供应商的模型说明，第 3 节（虚构）
      contract: purchase contract HS-2026-04 (made up) 采购合同（虚构）
`, "\n")),

		planted.Shown(Secret, plumbline.Security, "SE-10", "", flow(`"value": "housing-support"`,
			`"value": "housing-support" }, { "name": "Authorization", "value": "Bearer `+madeup.FakeKey()+`"`)),
		planted.Shown(PlainHTTP, plumbline.Security, "SE-03", "cleartext", flow("https://need.housing.example/v2/score", "http://need.housing.example/v2/score")),
		planted.Shown(UnpinnedModel, plumbline.Security, "SE-07", "unpinned", flow(`"example-agent-2026-05-12"`, `"example-agent"`)),
		injection,
		planted.Shown(UnapprovedAction, plumbline.Security, "SE-06", "unapproved",
			flow(`"Prepare notice": { "main": [[{ "node": "Caseworker decides",`, `"Prepare notice": { "main": [[{ "node": "Send notice",`)),
		planted.Shown(OpenTrigger, plumbline.Security, "SE-02", "open_triggers", flow(`"authentication": "headerAuth"`, `"authentication": "none"`)),
		planted.Shown(NoHash, plumbline.Security, "SE-07", "unhashed", in(workflowFile, "    sha256: e232ed8aebfe102769f11b1a44cc0e24279aaa42ecfd8326f0a2e400fb9de8ed\n", "")),

		planted.Shown(RubberStamp, oversight, "HO-02", "/rubber_stamp_share"),
		planted.Shown(Unreviewed, oversight, "HO-02", "/adverse_review_share"),
	}
}

// nearCopy is the page on rent with a few words changed, as an earlier edition would be.
func nearCopy() string {
	page, err := benefitclaims.Files.ReadFile(rentPage)
	if err != nil {
		return "" // the page is embedded; a test asks for its copy
	}
	return strings.NewReplacer("2026", "2025", "40 %", "38 %").Replace(string(page))
}
