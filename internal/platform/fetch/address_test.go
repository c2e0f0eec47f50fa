package fetch

import (
	"net/netip"
	"testing"
)

func TestPublicAddresses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"1.1.1.1", "8.8.8.8", "11.0.0.1", "93.184.215.14", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.1",
		"168.63.129.15", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.167.255.255",
		"192.169.0.0", "198.17.255.255", "198.20.0.0", "203.0.112.255", "223.255.255.255",
		"2000::1", "2001:200::1", "2001:4860:4860::8888", "2606:4700:4700::1111", "2a00:1450:4001::1", "3ffe::1",
		"::ffff:8.8.8.8", "64:ff9b::8.8.8.8",
	} {
		if !public(netip.MustParseAddr(text)) {
			t.Errorf("public(%s) = false, want true", text)
		}
	}
}

func TestNotPublicAddresses(t *testing.T) {
	t.Parallel()
	for class, texts := range map[string][]string{
		"this network":      {"0.0.0.0", "0.1.2.3", "::", "::ffff:0.0.0.0"},
		"private":           {"10.0.0.0", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.168.255.255"},
		"loopback":          {"127.0.0.1", "127.255.255.254", "::1"},
		"shared":            {"100.64.0.0", "100.100.100.200", "100.127.255.255"},
		"link-local":        {"169.254.0.1", "169.254.169.254", "fe80::1", "febf::1", "fe80::1%eth0"},
		"metadata":          {"168.63.129.16", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254"},
		"assignments":       {"192.0.0.8", "192.31.196.1", "192.52.193.1", "192.88.99.1", "192.175.48.1", "2620:4f:8000::1"},
		"documentation":     {"192.0.2.1", "198.51.100.1", "203.0.113.255", "2001:db8::1", "3fff:fff::1"},
		"benchmark":         {"198.18.0.1", "198.19.255.255", "2001:2::1"},
		"multicast":         {"224.0.0.1", "239.255.255.255", "ff02::1", "ff0e::1"},
		"reserved":          {"240.0.0.1", "255.255.255.255", "4000::1", "8000::1", "100::1", "5f00::1"},
		"unique-local":      {"fc00::1", "fd12:3456::1", "fdff:ffff::1"},
		"site-local":        {"fec0::1"},
		"IPv4 mapped":       {"::ffff:127.0.0.1", "::ffff:10.1.2.3", "::ffff:169.254.169.254"},
		"IPv4 compatible":   {"::127.0.0.1", "::8.8.8.8"},
		"IPv4 translated":   {"::ffff:0:127.0.0.1"},
		"NAT64":             {"64:ff9b::127.0.0.1", "64:ff9b::10.1.2.3", "64:ff9b::a9fe:a9fe"},
		"NAT64, local":      {"64:ff9b:1::8.8.8.8", "64:ff9b:1::10.1.2.3"},
		"6to4":              {"2002:7f00:1::", "2002:a00:1::1", "2002:808:808::1"},
		"Teredo":            {"2001:0:808:808::1", "2001::80ff:fffe"},
		"public with zone":  {"2606:4700:4700::1111%eth0"},
		"NAT64 with a zone": {"64:ff9b::8.8.8.8%eth0"},
	} {
		for _, text := range texts {
			if public(netip.MustParseAddr(text)) {
				t.Errorf("public(%s) = true, want false: %s", text, class)
			}
		}
	}
	if public(netip.Addr{}) {
		t.Error("public(no address) = true, want false")
	}
}

// The standard library's own, coarser notions must never be contradicted.
func FuzzPublicAgreesWithNetip(f *testing.F) {
	for _, text := range []string{"8.8.8.8", "127.0.0.1", "::ffff:10.0.0.1", "2606:4700:4700::1111", "fe80::1", "64:ff9b::1"} {
		f.Add(netip.MustParseAddr(text).AsSlice())
	}
	f.Fuzz(func(t *testing.T, bytes []byte) {
		addr, ok := netip.AddrFromSlice(bytes)
		if !ok {
			return
		}
		if got, want := public(addr), public(addr.Unmap()); got != want {
			t.Errorf("public(%s) = %t, but %t without the mapping", addr, got, want)
		}
		if plain := addr.Unmap(); public(addr) && (!plain.IsGlobalUnicast() || plain.IsPrivate()) {
			t.Errorf("public(%s) = true, but it is not global unicast, or is private", addr)
		}
	})
}
