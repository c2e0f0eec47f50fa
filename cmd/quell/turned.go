package main

import (
	"context"

	"github.com/quell-project/quell/internal/domain"
	"github.com/quell-project/quell/internal/pipeline"
	"github.com/quell-project/quell/internal/pipeline/media"
	"github.com/quell-project/quell/internal/pipeline/signal"
)

// examineTurned is Inspector.Examine with, in addition, the fingerprints of the first frame turned and mirrored in all eight ways, as
// signal.Turned makes them; none if there is no frame.
func examineTurned(ctx context.Context, in pipeline.Inspector, data []byte, types ...domain.SignalType) (all, turned []domain.Fingerprint, checks []domain.Check) {
	turning := &turningDecoder{Decoder: in.Decode}
	in.Decode = turning
	all, checks = in.Examine(ctx, data, types...)
	return all, turning.turned, checks
}

// turningDecoder makes the fingerprints of the turned picture while it is decoded.
type turningDecoder struct {
	pipeline.Decoder
	turned []domain.Fingerprint
}

// Decode implements pipeline.Decoder.
func (d *turningDecoder) Decode(ctx context.Context, data []byte, visit func(media.Frame) error) (media.Picture, error) {
	return d.Decoder.Decode(ctx, data, func(f media.Frame) (err error) {
		if d.turned == nil {
			d.turned, err = signal.Turned(f.Image)
		}
		if err != nil {
			return err
		}
		return visit(f)
	})
}
