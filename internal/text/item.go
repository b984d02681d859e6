package text

import (
	"strings"

	"github.com/plumbline-project/plumbline"
)

// Item names the item of an observation or finding on a metric: the member of a closed set by its message, the rest as it is.
// Items of rules on a definition, such as "WF-001:id-of-step", hold ids of steps, which only the graph can name.
func Item(metric, item string) plumbline.Text {
	switch metric {
	case "document_present", "documents_present":
		return named("part.document_", item)
	case "replay_part_share", "replayable_share":
		return named("part.replay_", item)
	case "inventory_part_stated", "inventory_stated_share":
		return named("inventory.", item)
	case "proxy_form":
		return named("part.form_", item)
	case "undeclared_personal_column", "personal_text_share", "text_personal_share":
		return named("personal.", item)
	case "training_data_stated", "training_data_stated_share":
		return trained(item)
	}
	return named("reason.", item) // findings on what was not tested stand apart by their reason
}

// Place names a part of the item of a rule on a definition: a kind of secret, what code does, how an approval fails.
func Place(part string) plumbline.Text {
	for _, section := range []string{"secret.", "approval."} {
		if t, found := Get(section + part); found {
			return t
		}
	}
	risks := strings.Split(part, "+") // as code has several
	zh, en := make([]string, len(risks)), make([]string, len(risks))
	for i, r := range risks {
		t, found := Get("code_risk." + r)
		if !found {
			return plumbline.Text{ZH: part, EN: part}
		}
		zh[i], en[i] = t.ZH, t.EN
	}
	return plumbline.Text{ZH: FormatList(plumbline.Chinese, zh), EN: FormatList(plumbline.English, en)}
}

func named(prefix, id string) plumbline.Text {
	if t, found := Get(prefix + id); found {
		return t
	}
	return plumbline.Text{ZH: id, EN: id}
}

// trained names what a model was trained on or works with: "training", "prompt", "model NAME", "knowledge FILES".
func trained(item string) plumbline.Text {
	kind, name, more := strings.Cut(item, " ")
	switch {
	case item == "training":
		return named("data_table.", item)
	case item == "prompt":
		return PartTrainedPrompt()
	case kind == "model" && more:
		return PartTrainedModel(name)
	}
	if t, found := Get("text_kind." + kind); found && more {
		return PartTrainedText(t, name)
	}
	return plumbline.Text{ZH: item, EN: item}
}
