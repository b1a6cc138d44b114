package resolve

// Codes of findings about files and other sources.
const (
	CodeYAMLUnknown    = "FLTS-C40" // a name in a YAML file that reaches no key
	CodeYAMLTwice      = "FLTS-C41" // two places of a YAML file that reach one key
	CodeYAMLForm       = "FLTS-C42" // a YAML value that no key can hold
	CodeFileDiffers    = "FLTS-C43" // KEY and KEY_FILE with different values
	CodeNotExpanded    = "FLTS-C44" // ${NAME} in a .env file
	CodeYAMLName       = "FLTS-C45" // a configuration file under a name that is not read
	CodeConnection     = "FLTS-S18" // an Airflow connection that cannot be read
	CodeConnectionType = "FLTS-S19" // an Airflow connection of another type
	CodeSensYAML       = "FLTS-S14" // a sensitive key in a YAML file
	CodeSensImage      = "FLTS-S16" // a sensitive key in the image
	CodeTwoFiles       = "FLTS-S17" // two mounted files of one key with different values
)
