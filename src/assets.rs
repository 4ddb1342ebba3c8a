//! Static files: embedded in the program, joined into one stylesheet and one script, addressed by their hash.

use std::sync::{LazyLock, OnceLock};

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, AcceptEncoding, Encoding, Header as _},
    web,
};
use brotli::enc::BrotliEncoderParams;
use rust_embed::RustEmbed;

use crate::kit::{page::Assets, problem::Problem, secret::sha256_hex};

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/static"]
struct Static;

const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml; charset=utf-8";

/// A file as it is served.
struct Served {
    url: &'static str,
    media_type: &'static str,
    bytes: web::Bytes,
    /// As small as it gets. That takes a tenth of a second, so it is done once, for whoever asks first.
    brotli: OnceLock<web::Bytes>,
}

impl Served {
    fn brotli(&self) -> web::Bytes {
        let small = || {
            let mut small = Vec::new();
            let params = BrotliEncoderParams::default();
            match brotli::BrotliCompress(&mut self.bytes.as_ref(), &mut small, &params) {
                Ok(_) => small.into(),
                // a buffer takes whatever is written
                Err(error) => unreachable!("{error}"),
            }
        };
        self.brotli.get_or_init(small).clone()
    }
}

/// Where each file is, and the files.
static SERVED: LazyLock<(Assets, Vec<Served>)> = LazyLock::new(|| {
    let mut all = Vec::new();
    let mut add = |stem: &str, ending: &str, media_type: &'static str, bytes: Vec<u8>| {
        let one = served(stem, ending, media_type, bytes);
        let url = one.url;
        all.push(one);
        url
    };
    let assets = Assets {
        css: add("app", "css", CSS, shortened(&joined("css"))),
        js: add("app", "js", JS, shortened_script(&joined("js"))),
        icons: add("icons", "svg", SVG, file("img/icons.svg")),
        favicon: add("favicon", "svg", SVG, file("img/favicon.svg")),
        // what one page alone needs weighs nothing on the others
        pass_key: add("pass-key", "js", JS, file("apart/pass-key.js")),
        design: add("design", "css", CSS, file("apart/design.css")),
        drop_file: add("drop-file", "js", JS, file("apart/drop-file.js")),
        certificate: add("certificate", "css", CSS, file("apart/certificate.css")),
    };
    (assets, all)
});

/// The addresses that pages link to.
pub fn urls() -> Assets {
    SERVED.0
}

/// `/assets/{file}`: the address changes with the bytes, so browsers may keep them for good.
pub async fn serve(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let found = SERVED.1.iter().find(|served| served.url == request.path()).ok_or(Problem::NotFound)?;
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((header::CONTENT_TYPE, found.media_type))
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"));
    if !takes_brotli(&request) {
        // the others are compressed on the way
        return Ok(answer.body(found.bytes.clone()));
    }
    let small = web::block(|| found.brotli()).await.map_err(Problem::internal)?;
    Ok(answer
        .insert_header((header::CONTENT_ENCODING, "br"))
        .insert_header((header::VARY, "accept-encoding"))
        .body(small))
}

fn takes_brotli(request: &HttpRequest) -> bool {
    let known = [Encoding::brotli(), Encoding::identity()];
    AcceptEncoding::parse(request).is_ok_and(|wanted| wanted.negotiate(known.iter()) == Some(Encoding::brotli()))
}

fn served(stem: &str, ending: &str, media_type: &'static str, bytes: Vec<u8>) -> Served {
    let url = format!("/assets/{stem}.{}.{ending}", &sha256_hex(&bytes)[..12]);
    Served { url: url.leak(), media_type, bytes: bytes.into(), brotli: OnceLock::new() }
}

fn file(path: &str) -> Vec<u8> {
    Static::get(path).map(|file| file.data.into_owned()).unwrap_or_default()
}

/// The files that `order.txt` of a folder lists, one behind the other.
fn joined(folder: &str) -> Vec<u8> {
    String::from_utf8_lossy(&file(&format!("{folder}/order.txt")))
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .flat_map(|line| file(&format!("{folder}/{line}")))
        .collect()
}

/// A stylesheet without its comments, which are a tenth of its size, and without the space around lines, braces and semicolons and behind
/// colons and commas. Nothing in quotation marks has any of these with a space.
fn shortened(css: &[u8]) -> Vec<u8> {
    let css = String::from_utf8_lossy(css);
    let mut parts = css.split("/*");
    let first = parts.next().unwrap_or_default();
    let rest = parts.map(|part| part.split_once("*/").map_or("", |(_, after)| after));
    let whole = std::iter::once(first).chain(rest).collect::<String>();
    let mut short = whole.split_whitespace().collect::<Vec<_>>().join(" ");
    for sign in ["{", "}", ";"] {
        short = short.replace(&format!(" {sign}"), sign).replace(&format!("{sign} "), sign);
    }
    short.replace(";}", "}").replace(": ", ":").replace(", ", ",").into()
}

/// A script without the lines that are comments and without what its lines are indented by: a quarter of its size. Its text that stands
/// on several lines would lose its indentation too; none does.
fn shortened_script(script: &[u8]) -> Vec<u8> {
    let script = String::from_utf8_lossy(script);
    let lines = script.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
    lines.flat_map(|line| [line, "\n"]).collect::<String>().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_served_without_comments_and_indentation() {
        let said = |script: &str| String::from_utf8(shortened_script(script.as_bytes())).unwrap();
        assert_eq!(
            said("// one\n{\n  const a = '//b';\n\n  // two\n  c(a); // three\n}\n"),
            "{\nconst a = '//b';\nc(a); // three\n}\n"
        );
    }

    /// What takes comments and indentation away reads line by line.
    #[test]
    fn no_text_or_comment_of_a_script_goes_over_several_lines() {
        for line in String::from_utf8(joined("js")).unwrap().lines() {
            assert!(line.matches('`').count() % 2 == 0 && !line.contains("/*") && !line.ends_with('\\'), "{line}");
        }
    }

    #[test]
    fn a_stylesheet_is_served_without_comments_and_blanks() {
        let said = |css: &str| String::from_utf8(shortened(css.as_bytes())).unwrap();
        assert_eq!(said("a b { c: d }"), "a b{c:d}");
        assert_eq!(said("/* one */a { b: c; /* two * / */ d: e }/* three */"), "a{b:c;d:e}");
        assert_eq!(said("a { b: c } /* no end"), "a{b:c}");
        assert_eq!(said("a,\nb {\n  c: d;\n  /* one */\n}\n\ne { f: calc(1 + 2) }\n"), "a,b{c:d}e{f:calc(1 + 2)}");
    }

    #[test]
    fn every_file_that_is_listed_exists_and_every_file_is_listed() {
        for folder in ["css", "js"] {
            let order = String::from_utf8(file(&format!("{folder}/order.txt"))).unwrap();
            let mut listed: Vec<String> =
                order.lines().filter(|line| !line.is_empty()).map(|line| format!("{folder}/{line}")).collect();
            let mut there: Vec<String> = Static::iter()
                .map(|path| path.to_string())
                .filter(|path| path.starts_with(folder) && path.ends_with(folder))
                .collect();
            listed.sort();
            there.sort();
            assert_eq!(listed, there);
        }
    }

    #[test]
    fn each_address_is_that_of_the_file_it_is_named_for() {
        let Assets { css, js, icons, favicon, pass_key, design, drop_file, certificate } = urls();
        let all = [
            (css, "app", "css"),
            (js, "app", "js"),
            (icons, "icons", "svg"),
            (favicon, "favicon", "svg"),
            (pass_key, "pass-key", "js"),
            (design, "design", "css"),
            (drop_file, "drop-file", "js"),
            (certificate, "certificate", "css"),
        ];
        for (url, stem, ending) in all {
            assert!(url.starts_with(&format!("/assets/{stem}.")) && url.ends_with(&format!(".{ending}")), "{url}");
            assert!(SERVED.1.iter().any(|served| served.url == url && !served.bytes.is_empty()), "{url}");
        }
    }
}
