package keypoint

const (
	repeated = 24   // bits below which two points of one picture show the same
	often    = 2    // others that a point may not have
	apart    = 1300 // 65535ths between points that are not at the same place
)

// unique leaves out points that show what several others of the picture show: the crossings of a grid, one of many equal icons or windows.
// They would be found in any picture that repeats the same, and fit each other in many ways. The set is changed.
func (s Set) unique() Set {
	var like [MostPoints]int
	for i := range s {
		for j := range i {
			if s[i].Code.Distance(s[j].Code) < repeated && gap(s[i].X, s[j].X)+gap(s[i].Y, s[j].Y) > apart {
				like[i]++
				like[j]++
			}
		}
	}
	out := s[:0]
	for i, p := range s {
		if like[i] < often {
			out = append(out, p)
		}
	}
	return out
}

func gap(a, b uint16) int { return int(max(a, b) - min(a, b)) }
