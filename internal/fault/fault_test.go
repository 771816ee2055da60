package fault_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"frontline/internal/fault"
)

func TestAFaultIsItsKindAndItsCauseThroughWrapping(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("reply: %w", fault.New(fault.Conflict, "stale_view", "new", 2).Because(io.ErrUnexpectedEOF))
	if !errors.Is(err, fault.Conflict) || !errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, fault.Invalid) {
		t.Fatalf("kinds of %v are wrong", err)
	}
	var f *fault.Fault
	if !errors.As(err, &f) || f.Code != "stale_view" || f.Args["new"] != 2 {
		t.Fatalf("errors.As gave %+v, want code stale_view with new=2", f)
	}
	if got, want := err.Error(), "reply: conflict: stale_view: unexpected EOF"; got != want {
		t.Fatalf("text %q, want %q", got, want)
	}
}

func TestABadFieldNamesTheFieldAndWhatIsWrong(t *testing.T) {
	t.Parallel()
	f := fault.BadField("contact.email", "too_long", "max", 254)
	if !errors.Is(f, fault.Invalid) || f.Code != "invalid" {
		t.Fatalf("%v is not an Invalid fault with code invalid", f)
	}
	if len(f.Fields) != 1 || f.Fields[0].Name != "contact.email" || f.Fields[0].Args["max"] != 254 {
		t.Fatalf("fields are %+v", f.Fields)
	}
	if got, want := f.Error(), "invalid: invalid (contact.email too_long)"; got != want {
		t.Fatalf("text %q, want %q", got, want)
	}
}

func TestBecauseLeavesTheOriginalAlone(t *testing.T) {
	t.Parallel()
	f := fault.New(fault.Unavailable, "database_away")
	if f.Because(io.EOF); f.Err != nil {
		t.Fatalf("the original now carries %v", f.Err)
	}
}

func TestASlipInTheArgumentsIsLoud(t *testing.T) {
	t.Parallel()
	for _, kv := range [][]any{{"new"}, {1, 2}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("New with arguments %v did not panic", kv)
				}
			}()
			fault.New(fault.Invalid, "x", kv...) //nolint:staticcheck // the panic is what is tested
		}()
	}
}
