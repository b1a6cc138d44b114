package endpoints

import "strings"

// s3Document is what is looked at in S3's XML: the name of the root element,
// and what an error says. It is read by hand because encoding/xml costs every
// start of the program more than all of this.
type s3Document struct {
	root                  string
	code, message, region string
}

// document reads the body; the zero value stands for one that is not S3's.
func (a answer) document() s3Document {
	text := strings.TrimSpace(strings.TrimPrefix(string(a.body), "\ufeff"))
	if strings.HasPrefix(text, "<?xml") {
		_, text, _ = strings.Cut(text, "?>")
		text = strings.TrimSpace(text)
	}
	for _, root := range []string{"Error", "ListBucketResult", "ListAllMyBucketsResult"} {
		inner, ok := strings.CutPrefix(text, "<"+root)
		if !ok || inner == "" || !strings.ContainsAny(inner[:1], "> \t\r\n") {
			continue
		}
		doc := s3Document{root: root}
		if root == "Error" {
			doc.code, doc.message, doc.region = element(inner, "Code"), element(inner, "Message"), element(inner, "Region")
		}
		return doc
	}
	return s3Document{}
}

// element is the text of the first element of that name.
func element(text, name string) string {
	_, rest, _ := strings.Cut(text, "<"+name+">")
	inner, _, closed := strings.Cut(rest, "</"+name+">")
	if !closed {
		return ""
	}
	return strings.TrimSpace(inner)
}

// region is the server's region out of an error, when it looks like one.
func (s *s3) region(a answer) string {
	for _, region := range []string{a.document().region, a.header.Get("X-Amz-Bucket-Region")} {
		if madeOf(region, 32, lower+digits+"-") && region != s.Region {
			return region
		}
	}
	return ""
}

// errorCode admits what S3's error codes look like: words run together.
func errorCode(code string) bool {
	return madeOf(code, 48, lower+upper) && strings.Contains(upper, code[:1])
}
