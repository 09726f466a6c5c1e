package component

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"time"

	"github.com/stormflux/stormflux/internal/multilang"
)

// LevelTrace is Storm's lowest level, below slog's Debug.
const LevelTrace = slog.LevelDebug - 4

func newLogger(out *writer) *slog.Logger { return slog.New(&logHandler{out: out}) }

// A logHandler writes records to Storm: the message, then the attributes as slog's TextHandler writes them. Storm adds
// the time and the component. It drops records according to its own log configuration.
type logHandler struct {
	out *writer
	// with holds the calls of WithAttrs and WithGroup.
	with []func(slog.Handler) slog.Handler
}

func (h *logHandler) Enabled(context.Context, slog.Level) bool { return true }

func (h *logHandler) Handle(ctx context.Context, r slog.Record) error {
	var b bytes.Buffer
	var text slog.Handler = slog.NewTextHandler(&b, &slog.HandlerOptions{
		Level: slog.Level(-100),
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if len(groups) == 0 && (a.Key == slog.MessageKey && a.Value.String() == "" || a.Key == slog.LevelKey && a.Value.Kind() == slog.KindAny) {
				return slog.Attr{}
			}
			return a
		},
	})
	for _, apply := range h.with {
		text = apply(text)
	}
	// slog writes only the attributes of a record without time and message.
	bare := slog.NewRecord(time.Time{}, r.Level, "", 0)
	r.Attrs(func(a slog.Attr) bool { bare.AddAttrs(a); return true })
	if err := text.Handle(ctx, bare); err != nil {
		return err
	}
	message := r.Message
	if attrs := strings.TrimSpace(b.String()); attrs != "" {
		message += " " + attrs
	}
	h.out.send(&multilang.ShellMsg{Command: multilang.Log, Msg: message, Level: stormLevel(r.Level)})
	return nil
}

func stormLevel(level slog.Level) int {
	switch {
	case level < slog.LevelDebug:
		return multilang.LevelTrace
	case level < slog.LevelInfo:
		return multilang.LevelDebug
	case level < slog.LevelWarn:
		return multilang.LevelInfo
	case level < slog.LevelError:
		return multilang.LevelWarn
	}
	return multilang.LevelError
}

func (h *logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return h.and(func(t slog.Handler) slog.Handler { return t.WithAttrs(attrs) })
}

func (h *logHandler) WithGroup(name string) slog.Handler {
	return h.and(func(t slog.Handler) slog.Handler { return t.WithGroup(name) })
}

func (h *logHandler) and(apply func(slog.Handler) slog.Handler) slog.Handler {
	with := append(h.with[:len(h.with):len(h.with)], apply)
	return &logHandler{out: h.out, with: with}
}
