package fetch

import "net/netip"

// notPublic lists what the IANA special-purpose registries (RFC 6890 and its successors) take out of the two public spaces,
// and the one metadata service that lives on an ordinary address. Everything outside 0.0.0.0/0 and 2000::/3 is not public anyway:
// loopback ::1, unique-local fc00::/7, link-local fe80::/10, multicast ff00::/8, IPv4-compatible ::/96, local NAT64 64:ff9b:1::/48.
var notPublic = prefixes(
	"0.0.0.0/8",         // this network
	"10.0.0.0/8",        // private
	"100.64.0.0/10",     // carrier-grade NAT; one cloud's metadata (100.100.100.200)
	"127.0.0.0/8",       // loopback
	"168.63.129.16/32",  // one cloud's metadata
	"169.254.0.0/16",    // link-local; most clouds' metadata (169.254.169.254)
	"172.16.0.0/12",     // private
	"192.0.0.0/24",      // protocol assignments; one cloud's metadata (192.0.0.192)
	"192.0.2.0/24",      // documentation
	"192.31.196.0/24",   // AS112
	"192.52.193.0/24",   // AMT relays
	"192.88.99.0/24",    // 6to4 relays
	"192.168.0.0/16",    // private
	"192.175.48.0/24",   // AS112
	"198.18.0.0/15",     // benchmarks
	"198.51.100.0/24",   // documentation
	"203.0.113.0/24",    // documentation
	"224.0.0.0/4",       // multicast
	"240.0.0.0/4",       // reserved, broadcast
	"2001::/23",         // protocol assignments; Teredo, which carries an IPv4 address, is 2001::/32
	"2001:db8::/32",     // documentation
	"2002::/16",         // 6to4: carries an IPv4 address; deprecated (RFC 7526), no service lives there
	"2620:4f:8000::/48", // AS112
	"3fff::/20",         // documentation
)

// metadata lists the metadata services inside the private ranges. A rule that allows a host by its name does not reach them.
var metadata = prefixes("fd00:ec2::254/128", "fd20:ce::254/128")

var (
	publicIPv6     = netip.MustParsePrefix("2000::/3")
	wellKnownNAT64 = netip.MustParsePrefix("64:ff9b::/96") // RFC 6052: an IPv4 address in the last 32 bits
)

func prefixes(texts ...string) []netip.Prefix {
	list := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		list[i] = netip.MustParsePrefix(text)
	}
	return list
}

func within(list []netip.Prefix, addr netip.Addr) bool {
	for _, prefix := range list {
		if prefix.Contains(addr) {
			return true
		}
	}
	return false
}

// public reports whether addr belongs to a host of the public internet. An IPv6 address that stands for an IPv4 address
// (mapped, or translated by NAT64) is judged as that IPv4 address.
func public(addr netip.Addr) bool {
	addr = addr.Unmap()
	if wellKnownNAT64.Contains(addr) {
		bytes := addr.As16()
		addr = netip.AddrFrom4([4]byte(bytes[12:]))
	}
	if addr.Is6() && !publicIPv6.Contains(addr) {
		return false
	}
	return addr.IsValid() && addr.Zone() == "" && !within(notPublic, addr)
}

// internal reports whether addr is one that a rule naming its host may open: loopback and private ranges, never link-local,
// shared, multicast or metadata addresses.
func internal(addr netip.Addr) bool {
	return (addr.IsLoopback() || addr.IsPrivate()) && !within(metadata, addr)
}
