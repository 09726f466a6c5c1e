package main

import (
	"fmt"
	"strings"
)

// checks returns the names of the checks that a key's annotations, or its schema before Storm 1.0, stand for, in their
// order. Package validate describes the names.
func (c constant) checks() ([]string, error) {
	if c.schema != "" {
		name, ok := schemaChecks[strings.TrimPrefix(c.schema, "ConfigValidation.")]
		if !ok {
			return nil, fmt.Errorf("%s: unknown schema %s", c.key, c.schema)
		}
		return name, nil
	}
	if c.unchecked {
		return nil, nil
	}
	var names []string
	for _, a := range c.annotations {
		name, ok := a.check()
		if !ok {
			return nil, fmt.Errorf("%s: unknown annotation @%s(%s)", c.key, a.name, a.args)
		}
		if name != "" {
			names = append(names, name)
		}
	}
	return names, nil
}

// schemaChecks are the schemas of Storm 0.9 and 0.10. A schema that package validate cannot check is an empty list.
var schemaChecks = map[string][]string{
	"Boolean.class":                {"bool"},
	"Map.class":                    {"map"},
	"Number.class":                 {"number"},
	"String.class":                 {"string"},
	"DoubleValidator":              {"number"},
	"IntegerValidator":             {"int"},
	"IntegersValidator":            nil,
	"KryoRegValidator":             {"kryo"},
	"MapOfStringToMapValidator":    nil,
	"MapOfStringToNumberValidator": {"map-of-numbers"},
	"MapsValidator":                nil,
	"NumbersValidator":             nil,
	"PositiveIntegerValidator":     {"int", "positive"},
	"PositiveNumberValidator":      {"positive"},
	"PowerOf2Validator":            {"int"},
	"StringOrStringListValidator":  {"string-or-strings"},
	"StringsValidator":             {"strings"},
}

// simpleChecks are the annotations without arguments. Their names begin with a small letter before Storm 2.2.
var simpleChecks = map[string]string{
	"isboolean": "bool", "isinteger": "int", "iskryoreg": "kryo", "islong": "long", "isnumber": "number", "ispositivenumber": "positive",
	"isstring": "string", "isstringlist": "strings", "isstringorstringlist": "string-or-strings", "isimplementationofclass": "class",
	"notnull":  "notnull",
	"password": "notnull",
	// what package validate cannot check, or what is no check
	"deprecated": "", "suppresswarnings": "", "isnoduplicateinlist": "", "ispowerof2": "", "customcombovalidator": "",
}

// validatorChecks are the classes that an annotation names. An empty check is one that package validate does not make.
var validatorChecks = map[string]string{
	"MapOfStringToMapOfStringToObjectValidator": "blobs",
	"EventLoggerRegistryValidator":              "event-loggers",
	"ImpersonationAclUserEntryValidator":        "impersonation",
	"MetricRegistryValidator":                   "metrics-consumers",
	"MetricReportersValidator":                  "metric-reporters",
	"PacemakerAuthTypeValidator":                "pacemaker-auth",
	"RasConstraintsTypeValidator":               "ras-constraints",
	"ListOfListOfStringValidator":               "", // alone, without the map form of later releases
	"ClusterMetricRegistryValidator":            "",
	"IntegerValidator":                          "",
	"PositiveNumberValidator":                   "",
	"NumaEntryValidator":                        "",
	"UserResourcePoolEntryValidator":            "",
	"ZeroOneOpenIntervalValidator":              "",
	"ZstdLevelValidator":                        "",
}

// check returns the check of one annotation, "" if there is none, and false for an annotation that is not known.
func (a annotation) check() (string, bool) {
	args := strings.Join(strings.Fields(a.args), "")
	switch name := strings.ToLower(a.name); name {
	case "ispositivenumber":
		if args == "includeZero=true" {
			return "positive0", true
		}
		return "positive", args == "" || args == "includeZero=false"
	case "isstring":
		if values, ok := strings.CutPrefix(args, "acceptedValues={"); ok {
			return "string=" + strings.NewReplacer(`"`, "", ",", "|", "}", "").Replace(values), true
		}
		return "string", args == ""
	case "istype":
		return "map", args == "type=Map.class"
	case "ismapentrytype":
		switch args {
		case "keyType=String.class,valueType=String.class":
			return "map-of-strings", true
		case "keyType=String.class,valueType=Number.class":
			return "map-of-numbers", true
		}
		return "", false
	case "customvalidator", "isexactlyoneof", "islistentrycustom", "ismapentrycustom":
		return validatorCheck(args)
	default:
		check, ok := simpleChecks[name]
		return check, ok
	}
}

// validatorCheck returns the check of the last class that an annotation names.
func validatorCheck(args string) (string, bool) {
	_, args, _ = strings.Cut(args, "=")
	var check string
	for class := range strings.SplitSeq(args[strings.LastIndex(args, "=")+1:], ",") {
		class = strings.TrimSuffix(strings.Trim(class, "{}"), ".class")
		name, ok := validatorChecks[class[strings.LastIndex(class, ".")+1:]]
		if !ok {
			return "", false
		}
		if name != "" {
			check = name
		}
	}
	return check, true
}
