package endpoints

import (
	"cmp"
	"path"
	"strings"
)

// boto3sStyle is the addressing that boto3's own configuration file asks for, ""
// when it does not say.
func (e Env) boto3sStyle() string {
	file := cmp.Or(e.Task["AWS_CONFIG_FILE"], path.Join(e.Task["HOME"], ".aws/config"))
	text, _ := e.readFile(file)
	return addressingStyle(text, cmp.Or(e.Task["AWS_DEFAULT_PROFILE"], e.Task["AWS_PROFILE"], "default"))
}

// addressingStyle finds s3.addressing_style in the section of a profile: the line
// "s3 =", and indented below it the settings of S3 alone.
func addressingStyle(text, profile string) string {
	section, below, style := "", "", ""
	for line := range strings.Lines(text) {
		plain := strings.TrimSpace(line)
		name, value, _ := strings.Cut(plain, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		switch {
		case plain == "" || strings.ContainsAny(plain[:1], "#;"):
		case plain[0] == '[':
			section = strings.TrimSpace(strings.TrimPrefix(strings.Trim(plain, "[]"), "profile "))
			below = ""
		case strings.ContainsAny(line[:1], " \t"):
			if section == profile && below == "s3" && name == "addressing_style" {
				style = value
			}
		default:
			below = name
		}
	}
	return style
}
