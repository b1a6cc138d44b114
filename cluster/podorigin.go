package cluster

// Kinds of origins.
const (
	ConfigMapKind = "ConfigMap"
	SecretKind    = "Secret"
	ServiceKind   = "Service"  // what the kubelet sets for each Service
	FieldKind     = "field"    // of the pod: metadata.namespace
	ResourceKind  = "resource" // of the container: limits.memory
	SpecKind      = "spec"     // it stands in the spec of the pod
	TokenKind     = "token"    // of the service account
)

// Origin is where something in a container comes from.
type Origin struct {
	Kind string
	Name string // of the object, the field or the resource
	Key  string // of the object's data
}

// String says it as people do: "ConfigMap flts-config key MINIO_ENDPOINT", "spec".
func (o Origin) String() string {
	text := o.Kind
	if o.Name != "" {
		text += " " + o.Name
	}
	if o.Key != "" {
		text += " key " + o.Key
	}
	return text
}

// Object is the origin without its key.
func (o Origin) Object() Origin { return Origin{Kind: o.Kind, Name: o.Name} }

// IsObject reports a ConfigMap or a Secret.
func (o Origin) IsObject() bool { return o.Kind == ConfigMapKind || o.Kind == SecretKind }

// NotKnown is that something cannot be known from the API, whoever asks.
type NotKnown struct{ Reason string }

func (e *NotKnown) Error() string { return e.Reason }
