package check

import (
	"regexp"

	"github.com/plumbline-project/plumbline"
)

// securityTransport looks at where a workflow calls: addresses outside in clear text (WF-018), certificates that are not checked
// (WF-019), addresses that a model or a stranger chooses (WF-011), and the list of hosts.
func securityTransport() Check {
	return securityCheck("transport", []plumbline.Ref{
		cwe("319", "Cleartext Transmission of Sensitive Information"), cwe("295", "Improper Certificate Validation"), cwe("918", "Server-Side Request Forgery"),
	}, (*Input).transport)
}

func (in *Input) transport(f *flow, e *emitter) error {
	var open []place
	var steered offenders
	hosts := map[string][]plumbline.Location{}
	n, unclear := int64(0), int64(0)
	told := f.walk(f.taint, f.all(func(i int) bool { return f.source(i) || f.model(i) }), f.guard)
	for i := range f.steps {
		s := &f.steps[i]
		if s.Disabled {
			continue
		}
		plain, chosen := []plumbline.Location(nil), []plumbline.Location(nil)
		for _, p := range s.Endpoints {
			n++
			switch {
			case p.Host == "":
				if p.Scheme == "" || p.Scheme == "http" {
					unclear++
				}
				chosen = append(chosen, p.Location)
			case !p.Local:
				hosts[p.Host] = append(hosts[p.Host], p.Location)
				if p.Scheme == "http" || p.Scheme == "ws" || p.Scheme == "ftp" {
					plain = append(plain, p.Location)
				}
			}
		}
		if len(plain) > 0 {
			open = append(open, place{step: s.ID, item: "WF-018", count: int64(len(plain)), at: plain})
		}
		if len(chosen) > 0 && (told[i] >= 0 || f.tool[i]) {
			steered.add(func() place {
				p := place{step: s.ID, item: "WF-011", count: int64(len(chosen)), at: chosen}
				if told[i] >= 0 {
					p.path = f.ids(trail(told, i))
				}
				return p
			})
		}
	}
	e.places("cleartext_endpoints", open, n, unclear)
	e.places("unverified_tls", in.unverified(f), int64(len(f.steps)), 0)
	e.listed("steered_endpoints", steered.found, steered.total, n, 0)
	e.census("external_hosts", plumbline.Count, plumbline.Scope{}, float64(len(hosts)), n)
	for k, host := range sortedKeys(hosts) {
		if k == maxPlaces {
			break
		}
		at, times := hosts[host], float64(len(hosts[host]))
		e.add(plumbline.Observation{
			Metric: "external_host", Unit: plumbline.Count, Scope: plumbline.Scope{Item: host}, Value: number(times), N: &n,
			Interval: exactly(times, times), Locations: at[:min(len(at), maxLocations)],
		})
	}
	return nil
}

// Signs that certificates are not checked: settings by name and value, and code.
var (
	allowsAny  = regexp.MustCompile(`(?i)(?:^|[_.])(?:allow_?unauthorized_?certs?|allow_?unauthorized_?certificates|ignore_?ssl(?:_?issues|_?errors|_?certificate)?|insecure(?:_?skip_?verify)?|skip_?ssl_?verif(?:y|ication)|skip_?tls_?verify)$`)
	checksThem = regexp.MustCompile(`(?i)(?:^|[_.])(?:reject_?unauthorized|ssl_?verify|verify_?ssl|verify_?tls|tls_?verify|strict_?ssl)$`)
	inCode     = regexp.MustCompile(`rejectUnauthorized\s*:\s*false|NODE_TLS_REJECT_UNAUTHORIZED\W{1,6}0|\bverify\s*=\s*False|InsecureSkipVerify\s*:\s*true|\bcurl\b[^\n;|]{0,200}\s(?:-k|--insecure)\b|_create_unverified_context|strictSSL\s*:\s*false`)
)

func (in *Input) unverified(f *flow) []place {
	by := map[string]*place{}
	var order []string
	for _, t := range in.definitionTexts() {
		i, known := f.at[t.step]
		if known && f.steps[i].Disabled {
			continue
		}
		on, off := t.value == "true" || t.value == "1", t.value == "false" || t.value == "0"
		if off := off && checksThem.MatchString(t.name); !off && (!on || !allowsAny.MatchString(t.name)) && !inCode.MatchString(t.value) {
			continue
		}
		if by[t.step] == nil {
			by[t.step] = &place{step: t.step, item: "WF-019"}
			order = append(order, t.step)
		}
		by[t.step].count++
		by[t.step].at = append(by[t.step].at, t.at)
	}
	out := make([]place, len(order))
	for k, step := range order {
		out[k] = *by[step]
	}
	return out
}
