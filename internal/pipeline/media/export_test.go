package media

// Estimate returns the memory that Decode sets aside for a file.
func Estimate(data []byte) (int64, error) {
	f, _, err := identify(data)
	if err != nil {
		return 0, err
	}
	p, err := f.layout(data)
	if err != nil {
		return 0, err
	}
	return p.memory(), nil
}
