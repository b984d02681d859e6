package assess

// HasEngine reports whether something judges a control with this engine.
func HasEngine(name string) bool {
	_, ok := engines()[name]
	return ok || name == mitigationEngine || name == assessmentEngine
}
