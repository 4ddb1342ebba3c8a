//! What PO files say. They are embedded in the program and read once, at the first word in a language other than English.

use std::{collections::HashMap, sync::LazyLock};

use polib::{catalog::Catalog, po_file::parse_from_reader};
use rust_embed::RustEmbed;

use super::{plural::Rule, pseudo};

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/locale"]
struct Files;

/// A language and its texts.
pub struct Language {
    pub tag: &'static str,
    pub name: &'static str,
    texts: HashMap<&'static str, Vec<&'static str>>,
    plural: Rule,
}

static ALL: LazyLock<Vec<Language>> = LazyLock::new(|| {
    let mut all = vec![
        Language { tag: "en", name: "English", texts: HashMap::new(), plural: Rule::not_one() },
        Language { tag: pseudo::TAG, name: "Pseudo-language", texts: made(), plural: Rule::not_one() },
    ];
    for name in Files::iter().filter(|name| name.ends_with(".po")) {
        match read(&bytes(&name)) {
            Ok(language) => all.push(language),
            Err(error) => tracing::error!(%name, error, "a language cannot be read"),
        }
    }
    all
});

/// English, the made language, then each that has a file.
pub fn languages() -> &'static [Language] {
    &ALL
}

fn bytes(name: &str) -> Vec<u8> {
    Files::get(name).map(|file| file.data.into_owned()).unwrap_or_default()
}

impl Language {
    pub fn text(&self, key: &str) -> Option<&'static str> {
        self.texts.get(key)?.first().copied()
    }

    pub fn counted(&self, key: &str, n: i64) -> Option<&'static str> {
        let forms = self.texts.get(key)?;
        forms.get(self.plural.of(n.unsigned_abs())).or_else(|| forms.last()).copied()
    }
}

fn catalog(bytes: &[u8]) -> Result<Catalog, String> {
    parse_from_reader(bytes).map_err(|error| error.to_string())
}

/// A language from the bytes of its PO file. Texts that are missing, empty or marked as fuzzy are left out: there English stands.
///
/// # Errors
/// What is wrong with the file.
pub fn read(po: &[u8]) -> Result<Language, String> {
    let catalog = catalog(po)?;
    let rules = &catalog.metadata.plural_rules;
    let mut texts = HashMap::new();
    for message in catalog.messages() {
        if message.is_fuzzy() || !message.is_translated() {
            continue;
        }
        // they live as long as the program
        let forms: Vec<&'static str> = match message.is_plural() {
            true => {
                message.msgstr_plural().map_err(|error| format!("{error:?}"))?.iter().map(|form| leak(form)).collect()
            }
            false => vec![leak(message.msgstr().map_err(|error| format!("{error:?}"))?)],
        };
        texts.insert(leak(message.msgid()), forms);
    }
    let tag = leak(&catalog.metadata.language.replace('_', "-"));
    // translators give their language its name as they do every other text
    let name = texts.get("English").and_then(|forms| forms.first().copied()).unwrap_or(tag);
    Ok(Language { tag, name, texts, plural: Rule::parse(&rules.expr)? })
}

fn leak(text: &str) -> &'static str {
    text.to_owned().leak()
}

/// The made language: every text that the template file knows, so that one which it does not know stands out.
fn made() -> HashMap<&'static str, Vec<&'static str>> {
    let catalog = match catalog(&bytes("entente.pot")) {
        Ok(catalog) => catalog,
        Err(error) => {
            tracing::error!(error, "the template of catalogues cannot be read");
            return HashMap::new();
        }
    };
    catalog
        .messages()
        .map(|message| {
            let one = pseudo::of(message.msgid());
            let mut forms = vec![leak(&one)];
            if let (true, Ok(many)) = (message.is_plural(), message.msgid_plural()) {
                forms.push(leak(&pseudo::of(many)));
            }
            (leak(message.msgid()), forms)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLISH: &str = r#"
msgid ""
msgstr ""
"Language: pl\n"
"Content-Type: text/plain; charset=UTF-8\n"
"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);\n"

msgid "English"
msgstr "polski"

msgid "Save"
msgstr "Zapisz"

#, fuzzy
msgid "Cancel"
msgstr "Zapisz"

msgid "Back"
msgstr ""

msgid "{n} contract"
msgid_plural "{n} contracts"
msgstr[0] "{n} umowa"
msgstr[1] "{n} umowy"
msgstr[2] "{n} umów"
"#;

    #[test]
    fn a_po_file_is_a_language() {
        let polish = read(POLISH.as_bytes()).unwrap();
        assert_eq!((polish.tag, polish.name), ("pl", "polski"));
        assert_eq!(polish.text("Save"), Some("Zapisz"));
        assert_eq!(
            (polish.text("Cancel"), polish.text("Back")),
            (None, None),
            "what is unsure or missing stays English"
        );
        let counted = |n| polish.counted("{n} contract", n).unwrap();
        assert_eq!(
            [1, 2, 5, 12, 22, 25].map(counted).join(" "),
            "{n} umowa {n} umowy {n} umów {n} umów {n} umowy {n} umów"
        );
    }

    #[test]
    fn a_file_that_is_none_says_so() {
        assert!(
            read(b"msgid \"x\nmsgstr").is_err()
                || read(b"msgid \"x\nmsgstr").is_ok_and(|language| language.texts.is_empty())
        );
        assert!(Rule::parse("n === 1").is_err());
    }
}
