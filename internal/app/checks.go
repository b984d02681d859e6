package app

import (
	"fmt"
	"io"
	"strings"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/check"
	"github.com/plumbline-project/plumbline/internal/regime"
	"github.com/plumbline-project/plumbline/internal/text"
)

type checksCmd struct {
	ID       string `arg:"" optional:"" help:"Check to explain, such as bias.selection_rate, or a control, such as MB-03."`
	Lang     string `help:"Language: zh-CN or en." enum:"zh-CN,en" default:"${lang}"`
	Controls bool   `help:"List the controls instead of the checks."`
}

// Run lists or explains.
func (c *checksCmd) Run(p *Process) error {
	lang := plumbline.Lang(c.Lang)
	cat, err := regime.Load()
	if err != nil {
		return err
	}
	if c.ID != "" {
		return c.explain(p.Stdout, cat, lang)
	}
	if c.Controls {
		for i := range cat.Controls {
			k := &cat.Controls[i]
			fmt.Fprintf(p.Stdout, "%-6s  %s\n", k.ID, k.Title.In(lang))
		}
		return nil
	}
	for _, k := range check.Catalog() {
		info := k.Info()
		fmt.Fprintf(p.Stdout, "%-24s  %s\n", fmt.Sprintf("%s@%d", k.ID, k.Version), info.Title.In(lang))
	}
	return nil
}

func (c *checksCmd) explain(w io.Writer, cat *regime.Catalog, lang plumbline.Lang) error {
	for _, k := range check.Catalog() {
		if k.ID == c.ID {
			explainCheck(w, &k, lang)
			return nil
		}
	}
	for i := range cat.Controls {
		if cat.Controls[i].ID == c.ID {
			explainControl(w, &cat.Controls[i], lang)
			return nil
		}
	}
	return &plumbline.Error{Code: plumbline.NotFound, Where: "checks", Message: fmt.Sprintf("there is no check or control %q", c.ID), Hint: "list them with: plumb checks, and plumb checks --controls"}
}

func explainCheck(w io.Writer, k *check.Check, lang plumbline.Lang) {
	info := k.Info()
	fmt.Fprintf(w, "%s@%d  %s\n\n", k.ID, k.Version, info.Title.In(lang))
	explainText(w, lang, info.Meaning, info.Importance, info.Fix)
	for _, p := range info.Params {
		fmt.Fprintf(w, "\n%s = %v (%s)\n  %s\n", p.Name, float64(p.Default), p.Unit, p.Why.In(lang))
	}
	needs := make([]string, len(k.Needs))
	for i, n := range k.Needs {
		needs[i] = string(n)
	}
	fmt.Fprintf(w, "\n%s %s\n", text.CliNeeds().In(lang), strings.Join(needs, ", "))
	for _, r := range info.Refs {
		fmt.Fprintf(w, "  %s %s\n", r.Cite, r.URL)
	}
}

func explainControl(w io.Writer, k *plumbline.Control, lang plumbline.Lang) {
	fmt.Fprintf(w, "%s  %s\n\n", k.ID, k.Title.In(lang))
	explainText(w, lang, k.Meaning, k.Importance, k.Fix)
	for _, r := range k.Rules {
		fmt.Fprintf(w, "\n%s: %s %s %s (%s)\n  %s\n", r.Name, text.Label("metric", r.Metric).In(lang), r.Op, r.Value, r.Source, r.Why.In(lang))
	}
	for _, m := range k.Maps {
		fmt.Fprintf(w, "  %s (%s, %s) %s\n", m.Ref, m.Rel, m.Confidence, m.Note.In(lang))
	}
}

func explainText(w io.Writer, lang plumbline.Lang, meaning, importance, fix plumbline.Text) {
	for _, part := range []struct{ head, body plumbline.Text }{
		{text.CliMeaning(), meaning}, {text.CliImportance(), importance}, {text.CliFix(), fix},
	} {
		if !part.body.IsZero() {
			fmt.Fprintf(w, "%s\n  %s\n", part.head.In(lang), part.body.In(lang))
		}
	}
}
