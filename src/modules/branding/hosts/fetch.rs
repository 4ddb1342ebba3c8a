//! Looks at a name from outside: whether the file that proves it is there, and where the name leads. Somebody else chose the name, so a
//! look goes to public addresses only, to port 80, to one fixed path, follows nothing, and is short.

use std::{
    io::{Read as _, Write as _},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, ToSocketAddrs as _},
    time::{Duration, Instant},
};

use super::{FILE, Trouble};

/// How long one look may take.
const WITHIN: Duration = Duration::from_secs(8);
/// So much of an answer is read.
const MOST: usize = 8 * 1024;

/// How looks are made: only tests, and installations in a network of their own, look elsewhere than at public addresses on port 80.
#[derive(Debug, Clone, Copy)]
pub struct Looks {
    pub private: bool,
    pub port: u16,
}

/// The addresses that a name leads to; names of this machine lead nowhere else, whatever a resolver says.
pub fn addresses(name: &str) -> Vec<IpAddr> {
    let name = name.trim_start_matches('[').trim_end_matches(']');
    if let Ok(address) = name.parse::<IpAddr>() {
        return vec![address.to_canonical()];
    }
    if name == "localhost" || name.ends_with(".localhost") {
        return vec![IpAddr::V4(Ipv4Addr::LOCALHOST)];
    }
    let found = (name, 80).to_socket_addrs().map(|all| all.map(|one| one.ip().to_canonical()).collect());
    found.unwrap_or_default()
}

/// Whether two names lead to the same machine.
pub fn leads_together(one: &str, other: &str) -> bool {
    let there = addresses(other);
    addresses(one).iter().any(|address| there.contains(address))
}

/// Whether an address is one of the world's, and not of some network inside of it.
pub fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let inside = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (b == 18 || b == 19));
    !inside
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    // what is given out to the world begins with 001; of that, tunnels and documentation lead elsewhere
    let [a, b, ..] = address.segments();
    (a & 0xe000) == 0x2000 && a != 0x2002 && !(a == 0x2001 && (b == 0x0db8 || b < 0x0200)) && a != 0x3fff
}

/// Whether the file of `name` says `token`, in a line of its own.
///
/// # Errors
/// Why it was not found.
pub fn prove(name: &str, token: &str, looks: Looks) -> Result<(), Trouble> {
    let found = addresses(name);
    if found.is_empty() {
        return Err(Trouble::Unknown);
    }
    // one address of an inner network among them is enough to look at none
    if !looks.private && !found.iter().copied().all(is_public) {
        return Err(Trouble::Inside);
    }
    let began = Instant::now();
    let answer = found.iter().find_map(|address| ask(SocketAddr::new(*address, looks.port), name, began).ok());
    let answer = answer.ok_or(Trouble::Silent)?;
    let text = String::from_utf8_lossy(&answer);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return Err(Trouble::Silent) };
    let mut status = head.lines().next().unwrap_or_default().split(' ');
    if !status.next().is_some_and(|version| version.starts_with("HTTP/1.")) {
        return Err(Trouble::Silent);
    }
    if status.next() != Some("200") {
        return Err(Trouble::Missing);
    }
    if body.lines().any(|line| line.trim() == token) { Ok(()) } else { Err(Trouble::Different) }
}

fn ask(at: SocketAddr, name: &str, began: Instant) -> std::io::Result<Vec<u8>> {
    let left = || WITHIN.saturating_sub(began.elapsed()).max(Duration::from_millis(1));
    let mut stream = TcpStream::connect_timeout(&at, left())?;
    stream.set_write_timeout(Some(left()))?;
    let lines = ["Connection: close", "Accept: text/plain", "User-Agent: Entente", "", ""].join("\r\n");
    stream.write_all(format!("GET {FILE} HTTP/1.1\r\nHost: {name}\r\n{lines}").as_bytes())?;
    let mut answer = Vec::new();
    let mut part = [0; 1024];
    while answer.len() < MOST && began.elapsed() < WITHIN {
        stream.set_read_timeout(Some(left()))?;
        match stream.read(&mut part)? {
            0 => break,
            read => answer.extend_from_slice(part.get(..read).unwrap_or_default()),
        }
    }
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn only_addresses_of_the_world_are_looked_at() {
        for inside in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "255.255.255.255",
            "224.0.0.1",
            "198.18.0.1",
            "192.0.0.8",
            "203.0.113.9",
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "ff02::1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2002:a00:1::1",
            "2001:db8::1",
            "2001::1",
            "fec0::1",
        ] {
            assert!(!is_public(inside.parse().unwrap()), "{inside}");
        }
        for public in ["93.184.216.34", "8.8.8.8", "2606:2800:220:1::1", "2001:4860:4860::8888"] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }

    /// A server that answers one request so, and says what was asked.
    fn answering(answer: &'static str) -> (u16, std::thread::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let served = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut asked = [0; 1024];
            let read = stream.read(&mut asked).unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
            String::from_utf8_lossy(&asked[..read]).into_owned()
        });
        (port, served)
    }

    #[test]
    fn the_file_proves_the_name_and_nothing_else_does() {
        for (answer, outcome) in [
            ("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\ntoken\n", Ok(())),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\ntoken\n\r\n0\r\n\r\n", Ok(())),
            ("HTTP/1.1 200 OK\r\n\r\nmy token\n", Err(Trouble::Different)),
            ("HTTP/1.1 200 OK\r\nX: token\r\n\r\n", Err(Trouble::Different)),
            ("HTTP/1.1 404 Not Found\r\n\r\ntoken\n", Err(Trouble::Missing)),
            ("HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\n\r\ntoken\n", Err(Trouble::Missing)),
            ("token\n", Err(Trouble::Silent)),
            ("", Err(Trouble::Silent)),
        ] {
            let (port, served) = answering(answer);
            assert_eq!(prove("portal.localhost", "token", Looks { private: true, port }), outcome, "{answer}");
            let asked = served.join().unwrap();
            assert!(
                asked.starts_with("GET /.well-known/entente-host.txt HTTP/1.1\r\nHost: portal.localhost\r\n"),
                "{asked}"
            );
        }
    }

    #[test]
    fn an_inner_network_is_not_even_asked() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let looked = prove("portal.localhost", "token", Looks { private: false, port });
        assert_eq!(looked, Err(Trouble::Inside));
        assert!(listener.accept().is_err(), "nobody came");
    }

    #[test]
    fn names_that_lead_to_one_machine_are_told() {
        assert!(leads_together("portal.localhost", "127.0.0.1"));
        assert!(!leads_together("portal.localhost", "10.0.0.1"));
    }
}
