package web

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"frontline/internal/fault"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"
)

// huma reports what is wrong with input in English sentences, made when an operation is registered, and offers its
// messages as variables. Here each becomes a code with at most one argument, "too_long max=200", which comes back as a
// field of a Problem in the caller's language. It must happen before the first registration.
func init() {
	for msg, code := range map[*string]string{
		&validation.MsgUnexpectedProperty:                 "unknown",
		&validation.MsgExpectedRFC3339DateTime:            "bad_time",
		&validation.MsgExpectedRFC1123DateTime:            "bad_time",
		&validation.MsgExpectedRFC3339Date:                "bad_date",
		&validation.MsgExpectedRFC3339Time:                "bad_time",
		&validation.MsgExpectedRFC5322Email:               "bad_email why=%v",
		&validation.MsgExpectedRFC5890Hostname:            "bad_host",
		&validation.MsgExpectedRFC2673IPv4:                "bad_ip",
		&validation.MsgExpectedRFC2373IPv6:                "bad_ip",
		&validation.MsgExpectedRFCIPAddr:                  "bad_ip",
		&validation.MsgExpectedRFC3986URI:                 "bad_url why=%v",
		&validation.MsgExpectedRFC4122UUID:                "invalid why=%v",
		&validation.MsgExpectedRFC6570URITemplate:         "invalid",
		&validation.MsgExpectedRFC6901JSONPointer:         "invalid",
		&validation.MsgExpectedRFC6901RelativeJSONPointer: "invalid",
		&validation.MsgExpectedRegexp:                     "invalid why=%v",
		&validation.MsgExpectedMatchAtLeastOneSchema:      "invalid",
		&validation.MsgExpectedMatchExactlyOneSchema:      "invalid",
		&validation.MsgExpectedNotMatchSchema:             "invalid",
		&validation.MsgExpectedPropertyNameInObject:       "required",
		&validation.MsgExpectedBoolean:                    "not_boolean",
		&validation.MsgExpectedDuration:                   "bad_duration why=%v",
		&validation.MsgExpectedNumber:                     "not_number",
		&validation.MsgExpectedInteger:                    "not_integer",
		&validation.MsgExpectedString:                     "not_string",
		&validation.MsgExpectedBase64String:               "bad_base64",
		&validation.MsgExpectedArray:                      "not_array",
		&validation.MsgExpectedObject:                     "not_object",
		&validation.MsgExpectedArrayItemsUnique:           "duplicate",
		&validation.MsgExpectedOneOf:                      "not_allowed allowed=%s",
		&validation.MsgExpectedMinimumNumber:              "too_small min=%v",
		&validation.MsgExpectedExclusiveMinimumNumber:     "too_small min=%v",
		&validation.MsgExpectedMaximumNumber:              "too_large max=%v",
		&validation.MsgExpectedExclusiveMaximumNumber:     "too_large max=%v",
		&validation.MsgExpectedNumberBeMultipleOf:         "invalid of=%v",
		&validation.MsgExpectedMinLength:                  "too_short min=%d",
		&validation.MsgExpectedMaxLength:                  "too_long max=%d",
		&validation.MsgExpectedBePattern:                  "bad_pattern pattern=%s",
		&validation.MsgExpectedMatchPattern:               "bad_pattern pattern=%s",
		&validation.MsgExpectedMinItems:                   "too_few min=%d",
		&validation.MsgExpectedMaxItems:                   "too_many max=%d",
		&validation.MsgExpectedMinProperties:              "too_few min=%d",
		&validation.MsgExpectedMaxProperties:              "too_many max=%d",
		&validation.MsgExpectedRequiredProperty:           "required child=%s",
		&validation.MsgExpectedDependentRequiredProperty:  "required child=%s%.0s",
	} {
		*msg = code
	}
	huma.ValidateStrictCasing = true
	huma.DefaultArrayNullable = false
	huma.NewError = func(status int, _ string, _ ...error) huma.StatusError {
		return &Problem{Type: "about:blank", Status: status, Code: "invalid"}
	}
	huma.NewErrorWithContext = func(ctx huma.Context, _ int, _ string, errs ...error) huma.StatusError {
		f := &fault.Fault{Kind: fault.Invalid, Code: "invalid"}
		for _, err := range errs {
			f.Fields = append(f.Fields, fieldOf(err))
		}
		return problem(ctx.Context(), http.StatusBadRequest, f)
	}
}

// parameterMessages are those that huma does not offer as variables.
var parameterMessages = map[string]string{
	"unknown query parameter": "unknown",
	"invalid integer":         "not_integer",
	"invalid float":           "not_number",
	"invalid boolean":         "not_boolean",
}

// fieldOf reads one of huma's details. Its location starts with body, query, path or header, which a caller who knows
// his own request does not need.
func fieldOf(err error) fault.Field {
	var d *huma.ErrorDetail
	if !errors.As(err, &d) {
		return fault.Field{Name: "body", Code: "invalid"}
	}
	code, arg, _ := strings.Cut(d.Message, " ")
	name, value, _ := strings.Cut(arg, "=")
	f := fault.Field{Name: fieldName(d.Location), Code: code}
	switch {
	case parameterMessages[d.Message] != "":
		f.Code = parameterMessages[d.Message]
	case strings.HasPrefix(d.Message, "required ") && strings.HasSuffix(d.Message, " parameter is missing"):
		f.Code = "required"
	case strings.HasPrefix(d.Message, "invalid date/time"):
		f.Code = "bad_time"
	case name == "field":
		f.Name = value
	case name == "child":
		f.Name = strings.TrimPrefix(f.Name+"."+value, "body.")
	case words["en"].Fields[code] == "":
		f.Code = "invalid"
	case value != "" && name != "why":
		f.Args = map[string]any{name: number(value)}
	}
	return f
}

// fieldName turns huma's location into a path as the caller knows it: body.tags[3].name is tags.3.name.
func fieldName(location string) string {
	_, rest, found := strings.Cut(location, ".")
	if !found {
		if _, index, ok := strings.Cut(location, "["); ok { // the body itself is a list
			return strings.NewReplacer("[", ".", "]", "").Replace(index)
		}
		return location
	}
	return strings.NewReplacer("[", ".", "]", "").Replace(rest)
}

func number(s string) any {
	if n, err := strconv.Atoi(s); err == nil {
		return n
	}
	return s
}
