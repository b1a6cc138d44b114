package doctor

import (
	"encoding/binary"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// What is read as UTF-16 is text, and written again it is what it was.
func FuzzUTF16(f *testing.F) {
	for _, seed := range []string{"", "a", "\xff\xfe", "\xff\xfea\x00", "\xfe\xff\x00a", "\xff\xfe\x3d\xd8\x00\xde", "\xff\xfe\x00\xd8", "\xff\xfea"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		text, ok := fromUTF16(data)
		if !ok {
			return
		}
		require.True(t, utf8.ValidString(text))
		var order binary.AppendByteOrder = binary.LittleEndian
		if data[0] == 0xfe {
			order = binary.BigEndian
		}
		again := append([]byte{}, data[:2]...)
		for _, unit := range utf16.Encode([]rune(text)) {
			again = order.AppendUint16(again, unit)
		}
		require.Len(t, again, len(data))
		once, _ := fromUTF16(again)
		require.Equal(t, text, once)
	})
}
