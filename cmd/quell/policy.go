package main

type policyCmd struct {
	Test policyTestCmd `cmd:"" help:"Run the tests of policies in files."`
	Lint policyLintCmd `cmd:"" help:"Say what is wrong with policies in files, or doubtful about them."`
}
