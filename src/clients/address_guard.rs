//! Which addresses may be asked: documents and certificates name hosts, and none of them may lead into the operator's own network (SSRF).

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

/// Resolves names for the HTTP client and hands out no forbidden address. The connection is made to the very addresses that were judged
/// here, so that a name that changes between the look and the connection (DNS rebinding) gains nothing.
#[derive(Clone, Debug, Default)]
pub struct AddressGuard {
    /// Hosts, names or addresses, that the operator allows wherever they lead.
    allowed: Arc<BTreeSet<String>>,
}

/// The address is not one that may be asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not a public address; allow the host in the settings if it may be asked")]
pub struct Forbidden(pub String);

impl AddressGuard {
    /// Forbids what is not public, but for the hosts of `allowed` (without a port).
    pub fn new<S: AsRef<str>>(allowed: impl IntoIterator<Item = S>) -> Self {
        let bare = |host: S| host.as_ref().trim_matches(['[', ']']).to_ascii_lowercase();
        Self { allowed: Arc::new(allowed.into_iter().map(bare).collect()) }
    }

    /// Judges a host of an address as far as that goes without resolving it: an IP address, which no resolver will see.
    pub fn check_host(&self, host: &str) -> Result<(), Forbidden> {
        let bare = host.trim_matches(['[', ']']);
        match bare.parse::<IpAddr>() {
            Ok(address) if !is_public(address) && !self.allows(bare) => Err(Forbidden(host.into())),
            _ => Ok(()),
        }
    }

    /// The addresses of a name; one that is forbidden spoils them all.
    fn judge(&self, name: &str, found: Vec<SocketAddr>) -> Result<Vec<SocketAddr>, Forbidden> {
        let good = self.allows(name) || found.iter().all(|address| is_public(address.ip()));
        if good { Ok(found) } else { Err(Forbidden(name.into())) }
    }

    fn allows(&self, host: &str) -> bool {
        self.allowed.contains(host.trim_end_matches('.').to_ascii_lowercase().as_str())
    }
}

impl Resolve for AddressGuard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            let name = name.as_str();
            // the client puts the port of the address in place of 0
            let found = tokio::net::lookup_host((name, 0)).await?.collect();
            let judged: Addrs = Box::new(guard.judge(name, found)?.into_iter());
            Ok(judged)
        })
    }
}

/// Is it an address of the public internet (IANA special-purpose registries)?
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let special = match address.octets() {
        [0 | 10 | 127, ..] => true,
        [100, second, ..] => (64..128).contains(&second),
        [169, 254, ..] | [192, 168, ..] => true,
        [172, second, ..] => (16..32).contains(&second),
        // protocol assignments, documentation, 6to4 relays
        [192, 0, 0 | 2, _] | [192, 88, 99, _] => true,
        [198, 18 | 19, ..] | [198, 51, 100, _] | [203, 0, 113, _] => true,
        // multicast, reserved, broadcast
        [first, ..] => first >= 224,
    };
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(mapped) = address.to_ipv4_mapped() {
        return is_public_v4(mapped);
    }
    match address.segments() {
        // NAT64 carries an IPv4 address
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            let [[a, b], [c, d]] = [high.to_be_bytes(), low.to_be_bytes()];
            is_public_v4(Ipv4Addr::new(a, b, c, d))
        }
        // Teredo and other protocol assignments, documentation, 6to4
        [0x2001, second, ..] => second >= 0x200 && second != 0xdb8,
        [0x2002, ..] => false,
        [0x3fff, second, ..] => second >= 0x1000,
        // global unicast is 2000::/3; everything else is local, multicast or unassigned
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses() {
        for forbidden in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.255.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "100::1",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "fec0::1",
            "ff02::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
            "5f00::1",
        ] {
            assert!(!is_public(forbidden.parse().unwrap()), "{forbidden}");
        }
        for public in [
            "1.1.1.1",
            "100.63.0.1",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "223.255.255.254",
            "2400:3200::1",
            "2606:4700::1111",
            "::ffff:1.1.1.1",
            "64:ff9b::101:101",
        ] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }

    #[test]
    fn one_forbidden_address_spoils_a_name_unless_the_operator_allows_it() {
        let guard = AddressGuard::new(["TSA.internal", "127.0.0.1", "[::1]"]);
        let found = |text: &str| text.split(' ').map(|a| SocketAddr::new(a.parse().unwrap(), 0)).collect::<Vec<_>>();
        assert!(guard.judge("tsa.example", found("1.1.1.1 10.0.0.1")).is_err());
        assert!(guard.judge("tsa.example", found("1.1.1.1 2606:4700::1111")).is_ok());
        assert!(guard.judge("tsa.internal", found("10.0.0.1")).is_ok());
        assert!(guard.judge("tsa.internal.", found("10.0.0.1")).is_ok());
        assert!(guard.judge("x.tsa.internal", found("10.0.0.1")).is_err());
        assert!(guard.check_host("127.0.0.1").is_ok() && guard.check_host("[::1]").is_ok());
        assert!(guard.check_host("127.0.0.2").is_err() && guard.check_host("[::ffff:127.0.0.1]").is_err());
        assert!(guard.check_host("any.name").is_ok(), "names are judged when they are resolved");
    }
}
