package resolve

import "encoding/json"

// ContractSchema is the JSON Schema (draft 2020-12) of contract files, for
// editors: it says which fields there are and what each holds. What a schema
// cannot say, such as that a service names keys that exist, ParseContract does.
func ContractSchema() ([]byte, error) {
	return json.MarshalIndent(schema{
		"$schema":              "https://json-schema.org/draft/2020-12/schema",
		"title":                "contract of flts-run",
		"type":                 "object",
		"additionalProperties": false,
		"properties": schema{
			"extends":            schema{"description": "begin with this contract, and change it", "enum": []string{"builtin"}},
			"namespace":          described("namespace in use where nobody says otherwise: ${namespace} in defaults", scalarSchema()),
			"namespace_from_pod": schema{"description": "whether the pod's own namespace, where it is known, goes before it", "type": nullable("boolean")},
			"objects":            objectsSchema(),
			"reload":             described("what a supervised task is done when a mounted file changes a value whose key does not say: ignore, signal:NAME, restart or fail", scalarSchema()),
			"refresh":            described("how often the secrets of Secrets Manager are fetched again under a supervised task: 15m; never when nothing is said", scalarSchema()),
			"keys":               schema{"description": "the keys, by name of the variable", "type": nullable("object"), "propertyNames": nameSchema()},
			"services":           schema{"description": "the services to check, by name", "type": nullable("object")},
			"connections":        schema{"description": "Airflow connections that supply keys, by name", "type": nullable("object")},
			"secretsmanager":     schema{"description": "secrets of AWS Secrets Manager that supply keys, by a name of your own; of a single one its fields are enough", "type": nullable("object")},
			"policy":             policySchema(),
			"pristine":           described("variables that --pristine keeps beside the keys; a name may end in *", listSchema(scalarSchema())),
		},
		// null removes what the built-in contract has, and a field that is left
		// out is the one it has.
		"if": schema{"required": []string{"extends"}},
		"then": schema{"properties": schema{
			"keys":           schema{"additionalProperties": schema{"anyOf": []schema{{"$ref": "#/$defs/key"}, {"type": "null"}}}},
			"services":       schema{"additionalProperties": schema{"anyOf": []schema{{"$ref": "#/$defs/service"}, {"type": "null"}}}},
			"connections":    schema{"additionalProperties": schema{"anyOf": []schema{{"$ref": "#/$defs/connection"}, {"type": "null"}}}},
			"secretsmanager": storedSchema(schema{"anyOf": []schema{{"$ref": "#/$defs/stored"}, {"type": "null"}}}),
		}},
		"else": schema{"properties": schema{
			"keys":           schema{"additionalProperties": schema{"$ref": "#/$defs/key", "required": []string{"type"}}},
			"services":       schema{"additionalProperties": schema{"$ref": "#/$defs/service", "required": []string{"kind", "check", "endpoint"}}},
			"connections":    schema{"additionalProperties": schema{"$ref": "#/$defs/connection", "required": []string{"ids", "types", "keys"}}},
			"secretsmanager": storedSchema(schema{"$ref": "#/$defs/stored"}),
		}},
		"$defs": schema{
			"key":        objectSchema(keyFields),
			"service":    objectSchema(serviceFields),
			"connection": objectSchema(connectionFields),
			"stored":     objectSchema(storedFields),
			"spelling":   objectSchema(spellingFields),
		},
	}, "", "  ")
}

type schema map[string]any

// storedSchema takes secrets by their names, or the fields of a single one.
func storedSchema(named schema) schema {
	single := schema{"$ref": "#/$defs/stored", "anyOf": []schema{{"required": []string{"id"}}, {"required": []string{"connection"}}}}
	return schema{"anyOf": []schema{{"additionalProperties": named}, single}}
}

func objectSchema[T any](table []field[T]) schema {
	properties := schema{}
	for _, f := range table {
		properties[f.name] = fieldSchema(f)
	}
	return schema{"type": "object", "additionalProperties": false, "properties": properties}
}

func fieldSchema[T any](f field[T]) schema {
	if f.one != nil {
		values := []any{nil}
		for _, v := range f.one {
			values = append(values, v)
		}
		return schema{"description": f.doc, "enum": values}
	}
	switch f.at(new(T)).(type) {
	case *bool:
		return described(f.doc, schema{"type": nullable("boolean")})
	case *[]string:
		return described(f.doc, listSchema(scalarSchema()))
	case *[]Spelling:
		return described(f.doc, listSchema(schema{"anyOf": []schema{nameSchema(), {"$ref": "#/$defs/spelling"}}}))
	case *[]Field:
		return schema{"description": f.doc, "type": nullable("object"), "propertyNames": nameSchema(), "additionalProperties": scalarSchema()}
	case *[]Switch:
		return schema{"description": f.doc, "type": nullable("object"), "propertyNames": nameSchema(), "additionalProperties": listSchema(scalarSchema())}
	}
	return described(f.doc, scalarSchema())
}

func objectsSchema() schema {
	s := objectSchema(objectsFields)
	s["type"] = nullable("object")
	return described("the objects of Kubernetes that pods get the keys from", s)
}

func policySchema() schema {
	properties := schema{}
	for _, r := range rules {
		properties[r.name] = schema{"description": r.doc, "anyOf": []schema{
			objectSchema(fieldsOf(r.name)),
			{"enum": []any{nil, LevelOff, LevelWarn, LevelError}},
		}}
	}
	return schema{"description": "what each environment forbids", "type": nullable("object"), "additionalProperties": false, "properties": properties}
}

// scalarSchema is that of a text. YAML writes some texts as numbers or booleans:
// "default: 9000".
func scalarSchema() schema { return schema{"type": nullable("string", "number", "boolean")} }

func listSchema(items schema) schema { return schema{"type": nullable("array"), "items": items} }

func nameSchema() schema {
	return schema{"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"}
}

func described(doc string, s schema) schema {
	s["description"] = doc
	return s
}

// nullable lists types, and null: no value, as if the field were not there.
func nullable(types ...string) []string { return append(types, "null") }
