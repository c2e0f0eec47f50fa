package exchange

// sample is the built-in examples of HMA. It has no settings.
var sample = API{Name: "sample"}
