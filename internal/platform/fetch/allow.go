package fetch

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// AllowList holds the operator's exceptions from the rule "public addresses, ports 80 and 443". The zero value holds none.
// It is immutable once parsed.
type AllowList struct {
	ranges    []netip.Prefix          // these addresses, any port
	endpoints map[netip.AddrPort]bool // this address and port
	names     map[nameAndPort]bool    // this host in the URL, on this port
	ports     map[uint16]bool         // this port of any public address
}

type nameAndPort struct {
	name string // lower case, without the root's dot
	port uint16
}

// ParseAllow reads the rules of an allow-list. A rule is one of
//
//	10.1.0.0/16            these addresses, on any port (also a single address: 10.1.2.3, ::1)
//	10.1.2.3:9000          this address on this port (IPv6: [::1]:9000)
//	media.internal:9000    this host on this port, at whatever public, private or loopback address it resolves to
//	*:8443                 this port of every public address
//
// An address other than public, private or loopback (say link-local) can be opened only by a rule that writes it in numbers.
// The error names the rule and what is wrong with it.
func ParseAllow(rules []string) (AllowList, error) {
	list := AllowList{
		endpoints: map[netip.AddrPort]bool{},
		names:     map[nameAndPort]bool{},
		ports:     map[uint16]bool{},
	}
	for _, rule := range rules {
		if err := list.add(rule); err != nil {
			return AllowList{}, fmt.Errorf("fetch allow-list: rule %q: %w", rule, err)
		}
	}
	return list, nil
}

func (l *AllowList) add(rule string) error {
	if addr, err := netip.ParseAddr(rule); err == nil {
		return l.addRange(netip.PrefixFrom(addr, addr.BitLen()), addr)
	}
	if strings.Contains(rule, "/") {
		prefix, err := netip.ParsePrefix(rule)
		if err != nil {
			return fmt.Errorf("not an address range; write it like 10.1.0.0/16 or fd12::/16")
		}
		return l.addRange(prefix, prefix.Addr())
	}
	host, port, err := splitRule(rule)
	if err != nil {
		return err
	}
	if host == "*" {
		l.ports[port] = true
		return nil
	}
	if addr, err := netip.ParseAddr(host); err == nil {
		if err := checkRuleAddr(addr); err != nil {
			return err
		}
		l.endpoints[netip.AddrPortFrom(addr, port)] = true
		return nil
	}
	name := canonicalName(host)
	if !isHostName(name) {
		return fmt.Errorf("%q is neither an address nor a host name in ASCII (international names begin with xn--)", host)
	}
	l.names[nameAndPort{name, port}] = true
	return nil
}

func (l *AllowList) addRange(prefix netip.Prefix, addr netip.Addr) error {
	if err := checkRuleAddr(addr); err != nil {
		return err
	}
	if prefix.Bits() == 0 {
		return fmt.Errorf("allows every address there is, which turns the guard off; name the ranges you need")
	}
	if masked := prefix.Masked(); masked != prefix {
		return fmt.Errorf("the address has bits beyond the range's length; write %s or %s", masked, addr)
	}
	l.ranges = append(l.ranges, prefix)
	return nil
}

func checkRuleAddr(addr netip.Addr) error {
	if addr.Zone() != "" {
		return fmt.Errorf("an address with a zone is not supported; leave %%%s out", addr.Zone())
	}
	if addr.Is4In6() {
		return fmt.Errorf("an IPv4 address inside IPv6; write %s instead", addr.Unmap())
	}
	return nil
}

// splitRule parts host:port. The brackets of an IPv6 address are required, so that its end cannot be taken for a port.
func splitRule(rule string) (host string, port uint16, err error) {
	colon := strings.LastIndexByte(rule, ':')
	if colon < 0 {
		return "", 0, fmt.Errorf("no port; write a host as host:port, an address range as 10.1.0.0/16")
	}
	host = rule[:colon]
	if inner, ok := strings.CutPrefix(host, "["); ok {
		host, ok = strings.CutSuffix(inner, "]")
		if !ok {
			return "", 0, fmt.Errorf("a bracket is missing; write an IPv6 address with port as [::1]:9000")
		}
	} else if strings.Contains(host, ":") {
		return "", 0, fmt.Errorf("write an IPv6 address with port as [::1]:9000")
	}
	number, err := strconv.ParseUint(rule[colon+1:], 10, 16)
	if err != nil || number == 0 {
		return "", 0, fmt.Errorf("the port %q is not a number between 1 and 65535", rule[colon+1:])
	}
	return host, uint16(number), nil
}

func canonicalName(host string) string {
	return strings.ToLower(strings.TrimSuffix(host, "."))
}

func isHostName(name string) bool {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789-_."
	return name != "" && len(name) <= maxHostBytes && strings.Trim(name, letters) == "" && !endsInNumber(name)
}

// permits decides whether a connection for the URL's host may be made to this address and port.
func (l AllowList) permits(host string, to netip.AddrPort) bool {
	addr := to.Addr().Unmap()
	if within(l.ranges, addr) || l.endpoints[netip.AddrPortFrom(addr, to.Port())] {
		return true
	}
	named := l.names[nameAndPort{canonicalName(host), to.Port()}]
	if public(addr) {
		return named || to.Port() == 80 || to.Port() == 443 || l.ports[to.Port()]
	}
	return named && internal(addr)
}
