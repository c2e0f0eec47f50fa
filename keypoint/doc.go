// Package keypoint finds points of pictures that can be found again in their copies.
package keypoint
