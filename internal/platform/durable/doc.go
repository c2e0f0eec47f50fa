// Package durable makes what was written to a folder survive a power cut. A file that was synced and renamed is whole, but until its folder is synced
// too it may be gone, or still be the old one.
package durable
