package doctor

import (
	"encoding/binary"
	"unicode/utf16"
)

// fromUTF16 reads text with the byte order mark that PowerShell writes.
func fromUTF16(data []byte) (string, bool) {
	var order binary.ByteOrder
	switch {
	case len(data)%2 != 0 || len(data) < 2:
		return "", false
	case data[0] == 0xff && data[1] == 0xfe:
		order = binary.LittleEndian
	case data[0] == 0xfe && data[1] == 0xff:
		order = binary.BigEndian
	default:
		return "", false
	}
	units := make([]uint16, len(data)/2-1)
	for i := range units {
		units[i] = order.Uint16(data[2*i+2:])
	}
	return string(utf16.Decode(units)), true
}
