package policies

import "embed"

// Files are the policies, *.yaml.
//
//go:embed *.yaml
var Files embed.FS

// BuiltIn are the files of the policies that are in force where nobody has put others in force, in their order.
var BuiltIn = []string{"known-content.yaml"}
