package watch

// Elsewhere are the file systems that nobody tells about.
var Elsewhere = elsewhere
