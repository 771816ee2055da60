package web

import "testing"

func TestZoneIsTheReadersOrUTC(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"Asia/Shanghai": "Asia/Shanghai", "": "UTC", "Local": "UTC", "Mars/Olympus": "UTC", "../zoneinfo/Asia/Shanghai": "UTC"} {
		if got := chooseZone(name).String(); got != want {
			t.Errorf("Time-Zone %q is read as %s, want %s", name, got, want)
		}
	}
}
