package workflow

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"

	"github.com/plumbline-project/plumbline"
)

// Schema returns the JSON Schema (draft 2020-12) of a workflow file, made from the same tags that drive [Load]. It knows
// shapes only: Load refuses more, namely what several keys contradict and files that are not there. Equal bytes at every
// call.
func Schema() []byte {
	defs := map[string]any{}
	root := objectSchema(reflect.TypeFor[File](), defs)
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["$id"] = "https://github.com/plumbline-project/plumbline/raw/main/docs/schema/plumbline.schema.json"
	root["title"] = "Plumbline workflow file (plumbline.yaml)"
	root["$defs"] = defs
	root["anyOf"] = []any{map[string]any{"required": []string{"definition"}}, map[string]any{"required": []string{"decision", "data"}}}
	root["dependentRequired"] = map[string]any{"decision": []string{"data"}}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(root); err != nil {
		panic(plumbline.Errorf(plumbline.Internal, "encode the schema: %w", err)) // maps, strings and numbers always encode
	}
	return b.Bytes()
}

// typeSchema describes a value of type t, whose scalars are of the field's kind.
func typeSchema(t reflect.Type, f field, defs map[string]any) map[string]any {
	switch t.Kind() { //nolint:exhaustive // the other kinds are scalars
	case reflect.Pointer:
		return typeSchema(t.Elem(), f, defs)
	case reflect.Struct:
		if _, ok := defs[t.Name()]; !ok {
			defs[t.Name()] = objectSchema(t, defs)
		}
		return map[string]any{"$ref": "#/$defs/" + t.Name()}
	case reflect.Slice:
		elem := typeSchema(t.Elem(), f, defs)
		list := map[string]any{"type": "array", "items": elem, "minItems": 1}
		if f.kind != "object" {
			list["uniqueItems"] = true
		}
		if f.one {
			return map[string]any{"anyOf": []any{elem, list}}
		}
		return list
	case reflect.Map:
		return map[string]any{
			"type": "object", "minProperties": 1,
			"propertyNames":        map[string]any{"minLength": 1},
			"additionalProperties": typeSchema(t.Elem(), f, defs),
		}
	default:
		return scalarSchema(f)
	}
}

func scalarSchema(f field) map[string]any {
	if f.kind == "enum" {
		return map[string]any{"enum": f.enum}
	}
	k := kinds[f.kind]
	s := maps.Clone(k.schema)
	if k.pattern != nil && !k.plain {
		s["pattern"] = k.pattern.String()
	}
	return s
}

func objectSchema(t reflect.Type, defs map[string]any) map[string]any {
	properties, required, short := map[string]any{}, []string{}, map[string]any(nil)
	s := map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
	for _, f := range fieldsOf(t) {
		if f.rest {
			s["additionalProperties"] = typeSchema(f.typ.Elem(), f, defs)
			s["propertyNames"] = map[string]any{"pattern": ruleName.String()}
			s["description"] = f.doc
			continue
		}
		p := typeSchema(f.typ, f, defs)
		if f.short {
			short = maps.Clone(p)
		}
		p["description"] = f.doc
		properties[f.key] = p
		if f.required {
			required = append(required, f.key)
		}
	}
	if len(required) > 0 {
		s["required"] = required
	}
	if t == reflect.TypeFor[plumbline.Text]() {
		short = scalarSchema(field{kind: "text"})
	}
	if short != nil {
		return map[string]any{"anyOf": []any{short, s}}
	}
	return s
}
