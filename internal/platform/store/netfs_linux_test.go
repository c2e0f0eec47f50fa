package store

import (
	"strings"
	"testing"
)

func TestNetworkFileSystemsAreRefused(t *testing.T) {
	t.Parallel()
	for kind, want := range map[uint32]string{
		0x6969: "NFS", 0x517B: "SMB", 0xFE534D42: "SMB", 0xFF534D42: "CIFS", 0x00C36400: "Ceph",
		0xEF53: "", 0x9123683E: "", 0x58465342: "", 0x01021994: "", 0x794C7630: "", 0x2FC12FC1: "", 0x65735546: "", // ext4, Btrfs, XFS, tmpfs, overlay, ZFS, FUSE
	} {
		err := refuseKind(kind, "/data")
		if (err != nil) != (want != "") {
			t.Errorf("%#x: got %v, want %q", kind, err, want)
		}
		if err != nil && (!strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "use a folder on a local disk, or PostgreSQL")) {
			t.Errorf("%#x: %q does not say what it is and what to do", kind, err)
		}
	}
	if err := refuseNetwork(t.TempDir()); err != nil {
		t.Errorf("the folder of this test: %v", err)
	}
	if err := refuseNetwork("/no/such/folder"); err == nil {
		t.Error("a folder that is not there was accepted")
	}
}
