package recall

import (
	"path"
	"regexp"
	"strings"

	"github.com/quell-project/quell/pdq"
)

// alike is the distance up to which two pictures count as versions of one, in any of their turns. It is larger than a match, so that a version that
// methods might find does not count as unrelated. The price: no two whole pictures are nearer than this, even if they are only alike by chance; crops of
// them may be.
const alike = 80

// Words in a name that tell versions of a picture apart, but not what it shows; and folders that only hold versions.
var (
	size    = regexp.MustCompile(`(?i)\d{3,5}x\d{3,5}|\b\d{1,2}x\d{1,2}\b`)
	version = regexp.MustCompile(`(?i)[-_. ](portrait|landscape|light|dark|bright|l|d|left|right|logo|no-?logo|wide(screen)?|left|right|hd|uhd|4k|small|medium|large)$`)
	holder  = regexp.MustCompile(`(?i)^(contents|images?(_dark)?)$`)
)

// groupName is what the versions of a picture have in common in their names: wallpapers come in several sizes, light and dark, and some have a folder
// of their own.
func groupName(name string) string {
	folder, stem := path.Dir(name), strings.TrimSuffix(path.Base(name), path.Ext(name))
	stem = strings.Trim(size.ReplaceAllString(stem, ""), "-_. ")
	for {
		shorter := strings.Trim(version.ReplaceAllString(stem, ""), "-_. ")
		if shorter == stem || shorter == "" {
			break
		}
		stem = shorter
	}
	if stem == "" || strings.EqualFold(stem, "screenshot") || strings.EqualFold(stem, "preview") {
		for holder.MatchString(path.Base(folder)) {
			folder = path.Dir(folder)
		}
		return folder
	}
	return path.Join(folder, stem)
}

// grouped puts those together whose names or looks say that they are versions of one picture. Each takes the name of the first of its group.
func grouped(all []candidate) [][]candidate {
	parent := make([]int, len(all))
	for i := range parent {
		parent[i] = i
	}
	root := func(i int) int {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	for i := range all {
		for j := range i {
			if all[i].group == all[j].group || nearest(all[i].looks.Hashes[pdq.Identity], all[j].looks) <= alike {
				a, b := root(i), root(j)
				parent[max(a, b)] = min(a, b)
			}
		}
	}
	index := map[int]int{}
	var groups [][]candidate
	for i, c := range all {
		r := root(i)
		c.group = all[r].group
		if _, known := index[r]; !known {
			index[r] = len(groups)
			groups = append(groups, nil)
		}
		groups[index[r]] = append(groups[index[r]], c)
	}
	return groups
}

// nearest is the least distance of a hash to a picture turned in all ways.
func nearest(h pdq.Hash, d pdq.Dihedral) int {
	least := pdq.Bits
	for _, turned := range d.Hashes {
		least = min(least, h.Distance(turned))
	}
	return least
}
