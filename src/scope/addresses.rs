//! Addresses and networks: the comparison of a logged address with a listed one, and the texts by
//! which an address is found in a record.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use ipnet::{IpNet, Ipv4Net};

/// Returns whether a logged text is, or lists, an address that a scope lists. Addresses compare as
/// addresses, since IPv6 has many spellings (RFC 5952), and without the port or the brackets that a
/// log adds. A listed address may be a network (`192.0.2.0/24`). If a proxy logged several,
/// separated by commas, semicolons or blanks, one match is enough. A text without an address
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

/// Returns the address in a text: `192.0.2.1`, `192.0.2.1:443`, `2001:db8::1`, `[2001:db8::1]:443`,
/// `fe80::1%eth0`, `/192.0.2.1:443` (as Java writes sockets), `192.0.2.1/32` (as databases write
/// hosts), an element of a list. An IPv4-mapped IPv6 address is returned as IPv4.
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

/// Returns the network in a text. A network of IPv4-mapped addresses is returned as IPv4.
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

/// Returns texts one of which occurs in every record that holds a listed address, or an address of
/// a listed network, in any spelling. Returns `None` if no text is selective enough, so that any
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

/// Returns the complete leading bytes in dotted form, and the prefix of an IPv4-mapped address in
/// hexadecimal digits.
fn needles_v4(network: Ipv4Addr, length: u8) -> Option<Vec<String>> {
    let whole = Some(usize::from(length / 8)).filter(|whole| *whole > 0)?;
    let mut dotted: Vec<String> = network.octets().iter().take(whole).map(u8::to_string).collect();
    if whole < 4 {
        dotted.push(String::new());
    }
    Some(vec![dotted.join("."), "ffff:".to_owned()])
}

/// Number of groups of an IPv6 address in a needle: few, since each has several spellings.
const GROUPS: usize = 3;

/// Returns the spellings of the first groups up to a 0. Other groups are always written, with or
/// without leading zeros.
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
