package ledger

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxInteger is the largest integer that JSON can be trusted with.
const maxInteger = 1<<53 - 1

// decode reads one I-JSON object into a struct, by the exact names of its tags: encoding/json alone takes names in any case, so that
// two verifiers could read two different members, and null for nothing. A member whose tag has no omitempty must be there. Strict refuses members that
// are not known; they are ignored otherwise.
func decode(data []byte, into any, strict bool) error {
	v := reflect.ValueOf(into).Elem()
	at := map[string]span{}
	if err := scan(data, recordDepth, true, func(name string, value span) error {
		at[name] = value
		return nil
	}); err != nil {
		return err
	}
	if kindOf(data) != '{' {
		return errors.New("an object is expected")
	}
	for i := range v.NumField() {
		name, options, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		if name == "" {
			continue
		}
		value, ok := at[name]
		if delete(at, name); !ok {
			if options != "omitempty" {
				return fmt.Errorf("the member %s is missing", name)
			}
			continue
		}
		if err := decodeValue(data[value.from:value.to], v.Field(i)); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if strict {
		for name := range at {
			return fmt.Errorf("the member %.60q is not known", name)
		}
	}
	return nil
}

func decodeValue(data []byte, into reflect.Value) error {
	switch {
	case into.Type() == reflect.TypeFor[time.Time]():
		t, ok := time.Time{}, kindOf(data) == '"'
		if ok {
			t, ok = parseTime(decodeText(data))
		}
		if !ok {
			return errors.New("it is no time")
		}
		into.Set(reflect.ValueOf(t))
		return nil
	case !integers(data, into):
		return errors.New("it is no whole number within ±(2^53 − 1)")
	}
	if into.Kind() != reflect.Slice || into.Type().Elem().Kind() != reflect.Struct {
		if err := json.Unmarshal(data, into.Addr().Interface()); err != nil {
			return fmt.Errorf("it is no %s", into.Type().Kind())
		}
		return nil
	}
	var list []json.RawMessage
	if err := json.Unmarshal(data, &list); err != nil {
		return errors.New("it is no list")
	}
	out := reflect.MakeSlice(into.Type(), len(list), len(list))
	for i := range list {
		if err := decode(list[i], out.Index(i).Addr().Interface(), false); err != nil {
			return fmt.Errorf("%d: %w", i, err)
		}
	}
	into.Set(out)
	return nil
}

// integers reports whether the numbers that data holds can be taken as integers, where such are asked for: encoding/json takes −0 and
// whatever fits.
func integers(data []byte, into reflect.Value) bool {
	kind := into.Kind()
	if kind == reflect.Int || kind == reflect.Int64 {
		n, err := strconv.ParseInt(string(data), 10, 54)
		return err == nil && n >= -maxInteger && string(data) != "-0"
	}
	if kind != reflect.Slice {
		return true
	}
	if k := into.Type().Elem().Kind(); k != reflect.Int64 && k != reflect.Slice {
		return true
	}
	var list []json.RawMessage
	one := reflect.New(into.Type().Elem()).Elem()
	return json.Unmarshal(data, &list) == nil && !slices.ContainsFunc(list, func(e json.RawMessage) bool { return !integers(e, one) })
}

// kindOf is the first byte of a JSON value.
func kindOf(data []byte) byte {
	for _, c := range data {
		if c != ' ' && c != '\t' && c != '\n' && c != '\r' {
			return c
		}
	}
	return 0
}
