package archive

// Clean is clean, for tests of what no archive can be made to carry.
var Clean = clean
