package store

import (
	"fmt"
	"syscall"
)

// networkFS are the kernel's numbers of file systems that other machines share (statfs(2)). Locks and shared memory, on which SQLite relies, do
// not work on them as they do on a local disk, and databases have been lost that way. FUSE and 9P are not here: containers on desktops and in
// sandboxes see local disks through them, and checkDurable finds those that do not work.
var networkFS = map[uint32]string{
	0x6969:     "NFS",
	0x517B:     "SMB",
	0xFE534D42: "SMB",
	0xFF534D42: "CIFS",
	0x00C36400: "Ceph",
	0x5346414F: "AFS",
	0x6B414653: "AFS",
	0x73757245: "Coda",
	0x0BD00BD0: "Lustre",
	0x47504653: "GPFS",
	0x01161970: "GFS2",
	0x7461636F: "OCFS2",
	0x19830326: "BeeGFS",
}

// refuseNetwork returns an error if a folder is on a network file system.
func refuseNetwork(folder string) error {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(folder, &fs); err != nil {
		return fmt.Errorf("ask what file system %s is on: %w", folder, err)
	}
	return refuseKind(uint32(fs.Type), folder)
}

func refuseKind(kind uint32, folder string) error {
	if name := networkFS[kind]; name != "" {
		return fmt.Errorf("%s is on a network file system (%s), on which SQLite can lose data: use a folder on a local disk, or PostgreSQL", folder, name)
	}
	return nil
}
