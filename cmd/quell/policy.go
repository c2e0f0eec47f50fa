package main

type policyCmd struct {
	Explain policyExplainCmd `cmd:"" help:"Show how a version comes to what it says about an upload."`
	Diff    policyDiffCmd    `cmd:"" help:"Say in words what is different between two texts of a policy."`
	Schema  policySchemaCmd  `cmd:"" help:"Print what conditions can see and use, and the keys of a policy."`
}
