//! A language made from English by code: accented, a third longer, in brackets. A word outside of brackets was never translated, a
//! sentence in two brackets is glued, and what does not fit in it will not fit in German.

/// Its tag.
pub const TAG: &str = "en-XA";

/// What a text stands between.
pub const BRACKETS: [char; 2] = ['⟦', '⟧'];

/// `text` in the language: `{names}` stay as they are.
pub fn of(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let mut made = String::with_capacity(text.len() * 3);
    made.push(BRACKETS[0]);
    let (mut inside, mut letters) = (false, 0);
    for c in text.chars() {
        inside |= c == '{';
        if inside {
            made.push(c);
            inside = c != '}';
        } else {
            letters += 1;
            made.push(accented(c));
        }
    }
    for at in 0..padding(letters) {
        if at % 8 == 0 {
            made.push(' ');
        }
        made.push('~');
    }
    made.push(BRACKETS[1]);
    made
}

/// How much longer a text becomes: short ones grow most.
fn padding(letters: usize) -> usize {
    match letters {
        0..=10 => letters,
        11..=20 => letters * 4 / 5,
        _ => letters / 3,
    }
}

fn accented(c: char) -> char {
    const PLAIN: &str = "AaBbCcDdEeFfGgHhIiJjKkLlMmNnOoPpQqRrSsTtUuVvWwXxYyZz";
    const MADE: &str = "ÅåßƀÇçÐðÉéƑƒĜĝĤĥÎîĴĵĶķĻļṀɱÑñÖöÞþǪǫŔŕŠšŢţÛûṼṽŴŵẊẋÝýŽž";
    PLAIN.chars().position(|plain| plain == c).and_then(|at| MADE.chars().nth(at)).unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_changes_and_names_do_not() {
        let made = of("Quick brown foxes of {who} jump over lazy dogs: PACK MY BOX WITH FIVE DOZEN LIQUOR JUGS");
        assert!(made.contains("{who}"), "{made}");
        let without = made.replace("{who}", "");
        assert!(!without.chars().any(|c| c.is_ascii_alphabetic()), "{made}");
        assert_eq!(of("Save"), "⟦Šåṽé ~~~~⟧");
        assert_eq!(of(""), "");
    }
}
