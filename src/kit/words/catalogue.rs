//! What PO files say. They are embedded in the program; of each only its head is read until somebody reads in that language.

use std::{
    collections::HashMap,
    sync::{LazyLock, OnceLock},
};

use polib::{catalog::Catalog, po_file::parse_from_reader};
use rust_embed::RustEmbed;

use super::{plural::Rule, pseudo};

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/locale"]
struct Files;

/// A key and its forms: one, or one for each number that the language tells apart.
type Texts = HashMap<&'static str, Vec<&'static str>>;

/// A language and its texts.
pub struct Language {
    pub tag: &'static str,
    pub name: &'static str,
    plural: Rule,
    source: Source,
    /// Read when the first of them is asked for: half a megabyte that a house without readers of the language never needs.
    texts: OnceLock<Texts>,
}

/// Where texts come from.
enum Source {
    /// English: every key is its own text.
    Keys,
    /// Made from the template file.
    Made,
    /// The file of that name.
    File(String),
}

static ALL: LazyLock<Vec<Language>> = LazyLock::new(|| {
    let language = |tag, name, source| Language { tag, name, plural: Rule::not_one(), source, texts: OnceLock::new() };
    let mut all = vec![language("en", "English", Source::Keys), language(pseudo::TAG, "Pseudo-language", Source::Made)];
    for name in Files::iter().filter(|name| name.ends_with(".po")) {
        match headed(&bytes(&name), &name) {
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
        self.texts().get(key)?.first().copied()
    }

    pub fn counted(&self, key: &str, n: i64) -> Option<&'static str> {
        let forms = self.texts().get(key)?;
        forms.get(self.plural.of(n.unsigned_abs())).or_else(|| forms.last()).copied()
    }

    fn texts(&self) -> &Texts {
        self.texts.get_or_init(|| match &self.source {
            Source::Keys => Texts::new(),
            Source::Made => made(),
            Source::File(name) => texts(&bytes(name)).unwrap_or_else(|error| {
                tracing::error!(%name, error, "the texts of a language cannot be read");
                Texts::new()
            }),
        })
    }
}

fn catalog(bytes: &[u8]) -> Result<Catalog, String> {
    parse_from_reader(bytes).map_err(|error| error.to_string())
}

/// A language by the head of its PO file, whose texts are read later.
fn headed(po: &[u8], name: &str) -> Result<Language, String> {
    let catalog = catalog(head(std::str::from_utf8(po).map_err(|error| error.to_string())?).as_bytes())?;
    let tag = leak(&catalog.metadata.language.replace('_', "-"));
    // translators give their language its name as they do every other text
    let named = catalog.messages().find(|message| message.msgid() == "English" && !message.is_fuzzy());
    let named = named.and_then(|message| message.msgstr().ok()).filter(|name| !name.is_empty());
    Ok(Language {
        tag,
        name: named.map_or(tag, leak),
        plural: Rule::parse(&catalog.metadata.plural_rules.expr)?,
        source: Source::File(name.to_owned()),
        texts: OnceLock::new(),
    })
}

/// Of a PO file what one must know before anybody reads in it: the header, which is the first entry, and the language's name.
fn head(po: &str) -> String {
    let mut entries = po.split("\n\n");
    // a licence or a note may stand above it
    let header = entries.find(|entry| entry.contains("msgid \"\"")).unwrap_or_default();
    let named = entries.find(|entry| entry.contains("msgid \"English\"\n")).unwrap_or_default();
    format!("{header}\n\n{named}\n")
}

/// The texts of a PO file. What is missing, empty or marked as fuzzy is left out: there English stands.
fn texts(po: &[u8]) -> Result<Texts, String> {
    let mut texts = Texts::new();
    for message in catalog(po)?.messages() {
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
    Ok(texts)
}

fn leak(text: &str) -> &'static str {
    text.to_owned().leak()
}

/// The made language: every text that the template file knows, so that one which it does not know stands out.
fn made() -> Texts {
    let catalog = match catalog(&bytes("entente.pot")) {
        Ok(catalog) => catalog,
        Err(error) => {
            tracing::error!(error, "the template of catalogues cannot be read");
            return Texts::new();
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

    /// A language of these bytes, texts and all.
    fn read(po: &str) -> Result<Language, String> {
        Ok(Language { texts: OnceLock::from(texts(po.as_bytes())?), ..headed(po.as_bytes(), "pl.po")? })
    }

    #[test]
    fn a_po_file_is_a_language() {
        let polish = read(POLISH).unwrap();
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
    fn a_language_is_known_before_its_texts_are_read() {
        let head = head(POLISH);
        assert!(head.contains("Plural-Forms") && head.contains("polski") && !head.contains("Zapisz"), "{head}");
        assert_eq!(headed(format!("# by translators\n\n{POLISH}").as_bytes(), "pl.po").unwrap().name, "polski");
        // whoever saves a file with other ends of lines has a language as well
        assert_eq!(read(&POLISH.replace('\n', "\r\n")).unwrap().text("Save"), Some("Zapisz"));
        let unnamed = headed(POLISH.replace("msgid \"English\"", "msgid \"Else\"").as_bytes(), "pl.po").unwrap();
        assert_eq!((unnamed.tag, unnamed.name), ("pl", "pl"));
        let german = languages().iter().find(|language| language.tag == "de").unwrap();
        assert_eq!((german.name, german.text("Save")), ("Deutsch", Some("Speichern")));
    }

    #[test]
    fn a_file_that_is_none_says_so() {
        assert!(read("msgid \"x\nmsgstr").is_err());
        assert!(Rule::parse("n === 1").is_err());
    }
}
