//! Addresses as mail servers take them.

use lettre::Address;

/// The address with its domain as every server knows it: `name@bücher.example` is `name@xn--bcher-kva.example` on the wire.
/// What stands before the @ cannot be written otherwise; servers that take it as it is say so (SMTPUTF8).
///
/// # Errors
/// When no server could take it, and why.
pub fn on_the_wire(typed: &str) -> Result<Address, String> {
    let (local, domain) = typed.trim().rsplit_once('@').ok_or_else(|| format!("{typed:?} is not an email address"))?;
    let domain = idna::domain_to_ascii_cow(domain.as_bytes(), idna::AsciiDenyList::STD3)
        .map_err(|_| format!("{domain:?} is not the name of a domain"))?;
    Address::new(local, domain.as_ref()).map_err(|error| format!("{typed:?}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::on_the_wire;

    #[test]
    fn domains_are_written_so_that_every_server_knows_them() {
        for (typed, wire) in [
            ("info@bücher.example", "info@xn--bcher-kva.example"),
            ("info@BÜCHER.Example", "info@xn--bcher-kva.example"),
            ("info@xn--bcher-kva.example", "info@xn--bcher-kva.example"),
            ("имя@почта.рф", "имя@xn--80a1acny.xn--p1ai"),
            (" a.b+c@example.com ", "a.b+c@example.com"),
        ] {
            assert_eq!(on_the_wire(typed).map(|address| address.to_string()).as_deref(), Ok(wire));
        }
    }

    #[test]
    fn what_is_no_address_says_so() {
        for typed in [
            "nobody",
            "a@",
            "@example.com",
            "a@exa mple.com",
            "a\r\nb@example.com",
            "a@-example.com",
            "a b@example.com",
        ] {
            assert!(on_the_wire(typed).is_err(), "{typed:?}");
        }
    }
}
