//! What was typed or pasted, as it was meant.
//!
//! Two kinds of text come in. **Words** are read by people: names, titles, descriptions. They keep what writing needs and lose what
//! only misleads. **Keys** are recognised by the program or by another one: addresses, ids, numbers, codes. They lose every sign that
//! nobody sees, and a sign that a keyboard of another script makes is what it stands for.

use std::borrow::Cow;

use icu_normalizer::ComposingNormalizerBorrowed;

const NFC: ComposingNormalizerBorrowed<'static> = ComposingNormalizerBorrowed::new_nfc();
const NFKC: ComposingNormalizerBorrowed<'static> = ComposingNormalizerBorrowed::new_nfkc();

/// Turns the direction of what follows, until it is turned back.
fn overrides(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{206f}')
}

/// A mark between signs of two directions: running text may need it, a name does not.
fn marks_direction(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}')
}

/// Joins or parts letters, or chooses among shapes of the sign before it: scripts and emoji are written with them.
fn shapes(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}' | '\u{180b}'..='\u{180d}' | '\u{180f}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Takes no place and means nothing.
fn nothing(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}' | '\u{200b}' | '\u{2060}'..='\u{2065}'
            | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e00ff}'
    )
}

/// Whether a text can turn the words around it, if it is not held apart from them.
pub fn turns(text: &str) -> bool {
    text.chars().any(|c| {
        overrides(c)
            || marks_direction(c)
            || matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
    })
}

/// The initials of the first and the last part of a name.
pub fn initials(name: impl std::fmt::Display) -> String {
    let name = name.to_string();
    let mut parts = name.split_whitespace().filter_map(|part| part.chars().find(|sign| sign.is_alphanumeric()));
    parts.next().into_iter().chain(parts.next_back()).collect()
}

/// A text as it stands in the middle of other words, held apart so that it cannot turn them: between two marks, and without the signs
/// that reach beyond their text. Pages do this by themselves for what they are given; who writes a sentence around a name does it here.
pub fn apart(text: &str) -> Cow<'_, str> {
    const OPEN: char = '\u{2068}';
    const CLOSE: char = '\u{2069}';
    if text.is_ascii() || !turns(text) {
        return Cow::Borrowed(text);
    }
    let mut held = String::with_capacity(text.len() + 8);
    held.push(OPEN);
    let mut open = 0_usize;
    for c in text.chars() {
        match c {
            '\u{2066}'..='\u{2068}' => open += 1,
            CLOSE if open == 0 => continue,
            CLOSE => open -= 1,
            c if overrides(c) => continue,
            _ => {}
        }
        held.push(c);
    }
    held.extend(std::iter::repeat_n(CLOSE, open + 1));
    Cow::Owned(held)
}

/// Without the signs that turn what follows, for files that other programs read.
pub fn unturned(text: &str) -> Cow<'_, str> {
    if text.is_ascii() { Cow::Borrowed(text) } else { Cow::Owned(text.chars().filter(|c| !overrides(*c)).collect()) }
}

/// Running text: paragraphs, line breaks, tabs.
pub fn text(text: &str) -> String {
    let kept = text.chars().filter(|c| !overrides(*c) && !nothing(*c) && (!c.is_control() || matches!(c, '\n' | '\t')));
    NFC.normalize(kept.collect::<String>().trim()).into_owned()
}

/// Words of one line: whatever parts them is one space.
pub fn line(text: &str) -> String {
    let mut line = String::new();
    let mut space = false;
    // what shapes a sign needs one before it; a joiner also one behind it
    let mut joiner = None;
    for c in text.chars() {
        match c {
            c if c.is_whitespace() || c.is_control() => space = !line.is_empty(),
            c if overrides(c) || marks_direction(c) || nothing(c) => {}
            '\u{200c}' | '\u{200d}' => joiner = (!line.is_empty() && !space).then_some(c),
            c if shapes(c) && (line.is_empty() || space) => {}
            c => {
                if std::mem::take(&mut space) {
                    line.push(' ');
                    joiner = None;
                }
                line.extend(joiner.take());
                line.push(c);
            }
        }
    }
    NFC.normalize(&line).into_owned()
}

/// A number, an id, a name for machines: in one line, one width, without signs that nobody sees.
pub fn key(text: &str) -> String {
    let seen: String = text
        .chars()
        .filter(|c| !overrides(*c) && !marks_direction(*c) && !nothing(*c) && !shapes(*c))
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    NFKC.normalize(&seen).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A code that is typed in groups: without spaces and dashes.
pub fn code(text: &str) -> String {
    let dash = |c: char| matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}');
    digits(&key(text)).chars().filter(|c| !c.is_whitespace() && !dash(*c)).collect()
}

/// A number, in our digits whatever keyboard they were typed on. Signs that are no digits of a decimal number, as in 1² or ①, stay what
/// they are: whoever reads the number refuses them.
pub fn number(text: &str) -> String {
    let seen: String = text
        .chars()
        .filter(|c| !overrides(*c) && !marks_direction(*c) && !nothing(*c) && !shapes(*c))
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let typed = digits(&seen);
    if typed.chars().any(|c| c.is_numeric() && !c.is_ascii()) { typed } else { key(&typed) }
}

/// Digits of every script as those of ours.
pub fn digits(text: &str) -> String {
    // of scripts that people type numbers in; the first of ten that follow each other
    const ZEROS: [char; 10] =
        ['\u{660}', '\u{6f0}', '\u{966}', '\u{9e6}', '\u{a66}', '\u{ae6}', '\u{be6}', '\u{e50}', '\u{ed0}', '\u{ff10}'];
    let digit = |c: char| {
        ZEROS.iter().find_map(|zero| {
            let value = u32::from(c).checked_sub(u32::from(*zero)).filter(|value| *value < 10)?;
            char::from_digit(value, 10)
        })
    };
    text.chars().map(|c| digit(c).unwrap_or(c)).collect()
}

/// An e-mail address as its owner writes it.
pub fn email(text: &str) -> String {
    let typed = key(text);
    let mut typed = typed.as_str();
    while let Some((_, address)) = typed.split_at_checked(7).filter(|(head, _)| head.eq_ignore_ascii_case("mailto:")) {
        typed = address.trim_start();
    }
    match typed.rsplit_once('@') {
        // the stops of Chinese and Japanese
        Some((name, domain)) => format!("{}@{}", name.trim_end(), domain.trim_start().replace('\u{3002}', ".")),
        None => typed.to_owned(),
    }
}

/// What an e-mail address is recognised by, however it was typed: small letters, and the domain as the name servers have it.
///
/// Servers may tell large letters from small ones before the `@`; none that people use does.
pub fn email_key(text: &str) -> String {
    let email = email(text);
    match email.rsplit_once('@') {
        Some((name, domain)) => {
            let domain = idna::domain_to_ascii(domain).unwrap_or_else(|_| domain.to_lowercase());
            format!("{}@{domain}", NFC.normalize(&name.to_lowercase()))
        }
        None => email.to_lowercase(),
    }
}

/// A password as it is compared, whatever keyboard it was typed on: RFC 8265, OpaqueString.
pub fn password(text: &str) -> String {
    let space =
        |c: char| matches!(c, '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}');
    let spaced: String = text.chars().map(|c| if space(c) { ' ' } else { c }).collect();
    NFC.normalize(&spaced).into_owned()
}

/// The parameters of an address, in order. What is not UTF-8 is read as well as it can be, and what PostgreSQL cannot hold is left out:
/// an address is never wrong as a whole.
pub fn parameters(query: &str) -> Vec<(String, String)> {
    let clean = |text: Cow<'_, str>| text.replace('\0', "");
    url::form_urlencoded::parse(query.as_bytes()).map(|(name, value)| (clean(name), clean(value))).collect()
}

/// What a list in memory is sorted by: letters with accents beside those without.
pub fn sort_key(text: &str) -> String {
    let parted = icu_normalizer::DecomposingNormalizerBorrowed::new_nfkd().normalize(text);
    parted.chars().filter(|c| !matches!(c, '\u{300}'..='\u{36f}')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn initials_are_those_of_the_first_and_the_last_part() {
        for (name, letters) in [
            ("Michael Goldmill", "MG"),
            ("Ann-Marie van der (Berg)", "AB"),
            ("Cher", "C"),
            ("אדריאן", "א"),
            ("- -", ""),
            ("", ""),
        ] {
            assert_eq!(initials(name), letters, "{name}");
        }
    }

    #[test]
    fn names_keep_what_writing_needs_and_lose_what_misleads() {
        for (typed, meant) in [
            ("  Adrian's\tPets \n", "Adrian's Pets"),
            ("Acme\u{202e}txt.exe", "Acmetxt.exe"),
            ("\u{200b}\u{feff}Acme\u{ad}\u{2060}", "Acme"),
            ("\u{200f}חברה\u{200e}", "חברה"),
            ("می\u{200c}خواهم", "می\u{200c}خواهم"),
            ("\u{200d}Acme\u{200d}", "Acme"),
            ("👩\u{200d}💻 ❤\u{fe0f}", "👩\u{200d}💻 ❤\u{fe0f}"),
            ("葛\u{e0100}城", "葛\u{e0100}城"),
            ("Cafe\u{301}", "Café"),
            ("\u{3164}\u{200b}", ""),
            ("日本\u{3000}語", "日本 語"),
            ("Ａｃｍｅ", "Ａｃｍｅ"),
        ] {
            assert_eq!(line(typed), meant, "{typed:?}");
        }
        assert_eq!(text(" a\u{202e}b\r\u{200f}\n\nc\u{200b} "), "ab\u{200f}\n\nc");
    }

    #[test]
    fn keys_are_what_they_look_like() {
        for (typed, meant) in [
            ("\u{200b}DE\u{ad} 811\u{a0}907 980\u{feff}", "DE 811 907 980"),
            ("ＶＡＴ－１２３", "VAT-123"),
            ("A\u{200d}B\u{fe0f}\u{202e}C", "ABC"),
            ("ﬁ", "fi"),
        ] {
            assert_eq!(key(typed), meant, "{typed:?}");
        }
        for typed in ["123456", " 123 456 ", "１２３４５６", "123-456", "\u{200e}123\u{2011}456", "١٢٣٤٥٦", "१२३४५६"]
        {
            assert_eq!(code(typed), "123456", "{typed:?}");
        }
    }

    #[test]
    fn a_number_is_one_on_every_keyboard() {
        for typed in
            ["512", " 512\u{200b}", "５１２", "٥١٢", "۵۱۲", "५१२", "৫১২", "๕๑๒", "\u{200f}٥١٢\u{feff}", "5\u{ad}12"]
        {
            assert_eq!(number(typed), "512", "{typed:?}");
        }
        for other in ["1²", "①", "½", "1 000", "1,000", "一"] {
            assert_ne!(number(other), digits_of(other), "{other:?}");
        }
    }

    fn digits_of(text: &str) -> String {
        key(text).chars().filter(char::is_ascii_digit).collect()
    }

    #[test]
    fn an_email_is_one_however_it_was_typed() {
        for typed in [
            "Grüße@Bücher.example",
            "grüße@bücher.example",
            " mailto:gru\u{308}ße@BU\u{308}CHER.example ",
            "grüße@xn--bcher-kva.example",
            "grüße＠ｂüｃｈｅｒ。example",
            "gr\u{200b}üße\u{2060}@bücher\u{ad}.example\u{feff}",
        ] {
            assert_eq!(email_key(typed), "grüße@xn--bcher-kva.example", "{typed:?}");
        }
        assert_eq!(email(" Donnie@ACreed.example\u{200b}"), "Donnie@ACreed.example");
        assert_eq!(email_key("nobody"), "nobody");
    }

    #[test]
    fn a_password_is_one_on_every_keyboard() {
        assert_eq!(password("pa\u{a0}ss wo\u{3000}rd"), "pa ss wo rd");
        assert_eq!(password("Cafe\u{301}"), password("Café"));
        assert_ne!(password("ａbc"), password("abc"));
        assert_ne!(password("abc"), password("ABC"));
    }

    #[test]
    fn one_bad_parameter_spoils_no_other() {
        let read = parameters("q=%ff%fea&sort=name&open=%00b&=&c");
        let read: Vec<(&str, &str)> = read.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(read, [("q", "\u{fffd}\u{fffd}a"), ("sort", "name"), ("open", "b"), ("", ""), ("c", "")]);
    }

    #[test]
    fn only_what_can_turn_is_held_apart() {
        assert_eq!(apart("ACreed LLC"), "ACreed LLC");
        assert_eq!(apart("חברה"), "\u{2068}חברה\u{2069}");
        assert_eq!(apart("a\u{202e}b"), "\u{2068}ab\u{2069}");
        // a sentence with a name in it, and signs that would end the reach of our own
        assert_eq!(apart("by \u{2068}חברה\u{2069}, now"), "\u{2068}by \u{2068}חברה\u{2069}, now\u{2069}");
        assert_eq!(apart("a\u{2069}\u{2069}\u{2067}b"), "\u{2068}a\u{2067}b\u{2069}\u{2069}");
    }

    proptest! {
        #[test]
        fn what_is_clean_stays_as_it_is(typed in "\\PC{0,40}|[\u{200b}-\u{200f}\u{202a}-\u{202e}a \u{fe0f}\u{301}]{0,20}") {
            for clean in [line, text, key, email, email_key, password] {
                let once = clean(&typed);
                prop_assert_eq!(clean(&once), once);
            }
        }
    }
}
