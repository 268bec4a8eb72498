//! Addresses and networks: when a logged address is one that a scope lists, and by which texts it
//! is found in a record.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use ipnet::{IpNet, Ipv4Net};

/// Returns whether a logged text is, or lists, an address that a scope lists. Addresses compare as
/// addresses, since IPv6 has many spellings (RFC 5952), and without the port or the brackets that
/// a log adds. One that is listed may be a network (`192.0.2.0/24`). Of several that a proxy
/// logged, separated by commas, semicolons or blanks, any counts. A text without an address
/// compares as it stands.
pub(super) fn same(listed: &str, logged: &str) -> bool {
    let (listed, logged) = (listed.trim(), logged.trim());
    if listed == logged || is_in(listed, logged) {
        return true;
    }
    let separators = |c: char| c == ',' || c == ';' || c.is_whitespace();
    logged.contains(separators) && logged.split(separators).any(|one| one == listed || is_in(listed, one))
}

/// Returns whether a logged text is the listed address, or one of the listed network.
fn is_in(listed: &str, logged: &str) -> bool {
    let Some(logged) = address(logged) else {
        return false;
    };
    let within = network(listed).map(|network| network.contains(&logged));
    within.unwrap_or_else(|| address(listed) == Some(logged))
}

/// The address in a text: `192.0.2.1`, `192.0.2.1:443`, `2001:db8::1`, `[2001:db8::1]:443`,
/// `fe80::1%eth0`, `/192.0.2.1:443` (as Java writes sockets), `192.0.2.1/32` (as databases write
/// hosts), an element of a list. An IPv4 address inside of IPv6 is itself.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim_matches(|c: char| c == '"' || c == '\'' || c.is_whitespace());
    let text = text.strip_prefix('/').unwrap_or(text);
    let plain = |text: &str| text.split('%').next()?.parse::<IpAddr>().ok();
    let socket = || text.parse::<SocketAddr>().ok().map(|socket| socket.ip());
    let bracketed = || {
        let (inside, port) = text.strip_prefix('[')?.split_once(']')?;
        let port = port.strip_prefix(':').unwrap_or(port);
        port.bytes().all(|byte| byte.is_ascii_digit()).then(|| plain(inside))?
    };
    let whole = || {
        let (address, length) = text.split_once('/')?;
        let address = plain(address)?;
        let bits = if address.is_ipv4() { "32" } else { "128" };
        (length == bits).then_some(address)
    };
    let element = || plain(text.trim_matches(|c| matches!(c, '[' | ']' | '"' | '\'')));
    let address = plain(text)
        .or_else(socket)
        .or_else(bracketed)
        .or_else(whole)
        .or_else(element)?;
    Some(address.to_canonical())
}

/// The network in a text. One of IPv4 addresses inside of IPv6 is one of IPv4.
fn network(text: &str) -> Option<IpNet> {
    let network: IpNet = text.trim().parse().ok()?;
    let inside = match (network.addr().to_canonical(), network) {
        (IpAddr::V4(inside), IpNet::V6(network)) => network
            .prefix_len()
            .checked_sub(96)
            .and_then(|length| Ipv4Net::new(inside, length).ok()),
        _ => None,
    };
    Some(inside.map_or(network, IpNet::V4))
}

/// Texts of which every record holds one that holds a listed address or an address of a listed
/// network, however it is written. None where there are none that are worth a search: then every
/// record may hold one.
pub fn needles_of(listed: &str) -> Option<Vec<String>> {
    let listed = listed.trim();
    match network(listed) {
        Some(IpNet::V4(network)) => return needles_v4(network.addr(), network.prefix_len()),
        Some(IpNet::V6(network)) => return needles_v6(network.addr(), network.prefix_len()),
        None => {}
    }
    match address(listed) {
        Some(IpAddr::V4(address)) => needles_v4(address, 32),
        Some(IpAddr::V6(address)) => needles_v6(address, 128),
        None => Some(vec![listed.to_owned()]),
    }
}

/// The whole leading bytes, as they are written before others; and what an IPv4 address inside of
/// IPv6 in hexadecimal digits has before it.
fn needles_v4(network: Ipv4Addr, length: u8) -> Option<Vec<String>> {
    let whole = Some(usize::from(length / 8)).filter(|whole| *whole > 0)?;
    let mut dotted: Vec<String> = network.octets().iter().take(whole).map(u8::to_string).collect();
    if whole < 4 {
        dotted.push(String::new());
    }
    Some(vec![dotted.join("."), "ffff:".to_owned()])
}

/// Groups of an IPv6 address by which it is searched for: few, since each is spelt in several ways.
const GROUPS: usize = 3;

/// The first groups. A group that is not 0 is always written, with or without its leading zeros.
fn needles_v6(network: Ipv6Addr, length: u8) -> Option<Vec<String>> {
    let whole = usize::from(length / 16);
    let groups: Vec<u16> = network.segments().into_iter().take(whole.min(GROUPS)).collect();
    let told: Vec<u16> = groups.into_iter().take_while(|group| *group != 0).collect();
    if told.is_empty() {
        return None;
    }
    let mut needles = vec![String::new()];
    for (at, group) in told.into_iter().enumerate() {
        let shortest = format!("{group:x}");
        let colon = if at == 0 { "" } else { ":" };
        let spelt = |before: &String| -> Vec<String> {
            let widths = shortest.len()..=4;
            widths.map(|width| format!("{before}{colon}{group:0width$x}")).collect()
        };
        needles = needles.iter().flat_map(spelt).collect();
    }
    Some(needles)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn address_is_found_by_its_needles_however_it_is_written() {
        for (listed, logged) in [
            ("192.0.2.1", "192.0.2.1"),
            ("192.0.2.1:443", "192.0.2.1"),
            ("192.0.2.1", "[::ffff:192.0.2.1]:443"),
            ("192.0.2.1", "::FFFF:c000:201"),
            ("10.0.0.1", "0:0:0:0:0:ffff:0a00:0001"),
            ("192.0.2.0/24", "192.0.2.77:1234"),
            ("192.0.2.0/23", "192.0.3.77"),
            ("192.0.2.128/25", "::ffff:c000:281"),
            ("10.0.0.0/8", "10.9.8.7"),
            ("::ffff:192.0.2.0/120", "192.0.2.9"),
            ("2001:db8::1", "2001:0DB8:0:0::0001"),
            ("2001:db8::1", "[2001:db8::1]:443"),
            ("2001:db8:0:1::/64", "2001:db8:0:1:ffff::2"),
            ("2001:db8::/32", "2001:0db8:1::"),
            ("fe80::/16", "fe80::1%eth0"),
            ("host-7.example", "host-7.example"),
            ("203.0.113.5", "[203.0.113.5]:443"),
            ("2001:db8:0:1::9", "[2001:db8:0:1::9%eth0]:9"),
            ("203.0.113.7", "/203.0.113.7:443"),
            ("203.0.113.7", "203.0.113.7/32"),
            ("2001:db8::1", "2001:db8::1/128"),
            ("203.0.113.7", "10.0.0.1; 203.0.113.7"),
            ("203.0.113.7", "10.0.0.1 203.0.113.7"),
            ("203.0.113.0/24", r#"["10.0.0.1","203.0.113.5"]"#),
        ] {
            assert!(same(listed, logged), "{listed} {logged}");
            let needles = needles_of(listed).expect("there are some");
            let logged = logged.to_ascii_lowercase();
            assert!(
                needles.iter().any(|needle| logged.contains(needle.as_str())),
                "{needles:?} {logged}"
            );
        }
        for (listed, logged) in [
            ("192.0.2.1", "192.0.2.10"),
            ("192.0.2.0/23", "192.0.4.1"),
            ("2001:db8::/33", "2001:db8:8000::1"),
            ("0.0.0.0/0", "::1"),
            ("203.0.113.7", "203.0.113.7/24"),
            ("203.0.113.7", "203.0.113.70"),
            ("203.0.113.7", "[203.0.113.7]x"),
        ] {
            assert!(!same(listed, logged), "{listed} {logged}");
        }
        for anything in ["0.0.0.0/0", "10.0.0.0/7", "::1", "::/0", "2001::/15"] {
            assert_eq!(needles_of(anything), None, "{anything}");
        }
    }
}
