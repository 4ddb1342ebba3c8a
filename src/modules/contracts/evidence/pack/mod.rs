//! An evidence pack: what was signed, its certificate, its signatures and the checkpoints above them as one file, which can be checked
//! without this platform.
//!
//! The file is a ZIP archive whose bytes depend on nothing but the evidence and the key that signs it, so the same evidence is always the
//! same file. What is said here of the first format stays as it is: a pack is checked years after it was made.

mod certificate;
mod check;
mod container;
mod make;
pub mod pages;
mod signatures;
mod told;

pub use check::{Fault, Standing, Verdict, check};
pub use make::{Scope, make};
pub use told::Told;

use std::io::{self, Write};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{
    moment,
    store::{Marked, Unmarked},
};
use crate::{
    kit::problem::{Problem, Result},
    modules::contracts::lifecycle::Part,
};

/// The form of the file that this program writes, and the only one that it knows.
const FORMAT: u32 = 1;

const README: &str = "README.txt";
const CERTIFICATE: &str = "certificate.txt";
const DOCUMENT: &str = "document.";
const PAGE: &str = "page-";
const CHAIN: &str = "chain.json";
const CHECKPOINTS: &str = "checkpoints.json";
const MANIFEST: &str = "manifest.json";
const SIGNATURE: &str = "signature.json";

/// The largest pack that is looked at, in bytes.
pub const LARGEST: usize = 64 * 1024 * 1024;

/// What belongs to the pack, and whose it is. This is what the platform signs.
#[derive(Debug, Serialize, Deserialize)]
struct Manifest {
    format: u32,
    /// The address of the platform that made it.
    platform: String,
    contract: String,
    version: i32,
    /// The number of the new expiry date, when that is what was signed.
    extension: Option<i32>,
    parts: Vec<Listed>,
}

/// A part of the pack.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Listed {
    name: String,
    bytes: usize,
    sha256: String,
}

/// The platform's signature over the bytes of the manifest.
#[derive(Debug, Serialize, Deserialize)]
struct Sealed {
    algorithm: String,
    key: String,
    fingerprint: String,
    signature: String,
}

/// The signatures of what the pack is about.
#[derive(Debug, Serialize, Deserialize)]
struct Chain {
    signatures: Vec<Row>,
    /// What first of two signers signed, as it was hashed.
    first: Vec<String>,
}

/// A signature with all that its row holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Row {
    /// Its number among all signatures of the platform.
    number: i64,
    contract: String,
    seq: i32,
    party: Part,
    agreement: String,
    version: i32,
    extension: Option<i32>,
    user: String,
    account: String,
    at: String,
    previous_hash: String,
    hash: String,
    key: Option<String>,
    mark: Option<String>,
    /// One hash over all of this, which checkpoints go by.
    digest: String,
    /// What was signed, as it was hashed.
    evidence: String,
}

/// The checkpoints that the signatures stand under.
#[derive(Debug, Serialize, Deserialize)]
struct Anchors {
    checkpoints: Vec<Anchor>,
}

/// A checkpoint with all that its hash is made of.
#[derive(Debug, Serialize, Deserialize)]
struct Anchor {
    /// The checkpoint from whose hash it goes on.
    before: Option<String>,
    /// As it is written to the log, the file and the operator's mail.
    checkpoint: String,
    /// The platform's signature over that.
    signature: String,
    /// Number and hash of each signature of the platform between the two.
    signatures: Vec<(i64, String)>,
}

impl Row {
    fn of(marked: &Marked) -> Self {
        let row = &marked.row;
        Self {
            number: marked.number,
            contract: row.contract_id.to_string(),
            seq: row.seq,
            party: row.party,
            agreement: row.agreement_id.to_string(),
            version: row.version,
            extension: row.extension,
            user: row.user_id.to_string(),
            account: row.account_id.to_string(),
            at: moment(row.at),
            previous_hash: row.previous_hash.clone(),
            hash: row.hash.clone(),
            key: marked.key.clone(),
            mark: marked.mark.clone(),
            digest: marked.digest(),
            evidence: row.evidence.clone(),
        }
    }

    /// The row as the database has it, or the field that cannot be one of it.
    fn marked(&self) -> Result<Marked, &'static str> {
        Ok(Marked {
            row: Unmarked {
                contract_id: self.contract.parse().map_err(|_| "contract")?,
                seq: self.seq,
                party: self.party,
                agreement_id: self.agreement.parse().map_err(|_| "agreement")?,
                version: self.version,
                user_id: self.user.parse().map_err(|_| "user")?,
                account_id: self.account.parse().map_err(|_| "account")?,
                at: self.at.parse::<DateTime<Utc>>().map_err(|_| "at")?,
                evidence: self.evidence.clone(),
                previous_hash: self.previous_hash.clone(),
                hash: self.hash.clone(),
                extension: self.extension,
            },
            number: self.number,
            key: self.key.clone(),
            mark: self.mark.clone(),
        })
    }
}

/// What the pack says of itself, for whoever opens it without a program.
fn readme(platform: &str) -> String {
    include_str!("readme.txt").replace("{platform}", platform)
}

/// JSON as a pack has it, in one form only.
fn written<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string_pretty(value).map(|text| text + "\n").map_err(Problem::internal)
}

/// The value of such JSON, or the line from which it is something else.
fn read<T: Serialize + DeserializeOwned>(bytes: &[u8]) -> Result<T, usize> {
    let value: T = serde_json::from_slice(bytes).map_err(|error| error.line().max(1))?;
    let mut form = Form { bytes, at: 0 };
    let fits = serde_json::to_writer_pretty(&mut form, &value).is_ok() && form.write_all(b"\n").is_ok();
    if fits && form.at == bytes.len() { Ok(value) } else { Err(line_at(bytes, form.at)) }
}

/// Compares what is written to it with bytes that are there: a hostile pack does not have a second text made of it.
struct Form<'a> {
    bytes: &'a [u8],
    /// How far both are the same.
    at: usize,
}

impl Write for Form<'_> {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        let there = self.bytes.get(self.at..).unwrap_or_default();
        let same = text.iter().zip(there).take_while(|(one, other)| one == other).count();
        self.at += same;
        if same == text.len() { Ok(same) } else { Err(io::ErrorKind::InvalidData.into()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The line, from 1, that has this byte.
fn line_at(text: &[u8], at: usize) -> usize {
    1 + text.iter().take(at).filter(|byte| **byte == b'\n').count()
}

/// The line, from 1, in which a text becomes another one.
fn line_of_difference(text: &[u8], other: &[u8]) -> Option<usize> {
    first_difference(text, other).map(|at| line_at(text, at))
}

/// Where bytes become other ones.
fn first_difference(bytes: &[u8], other: &[u8]) -> Option<usize> {
    let at = bytes.iter().zip(other).position(|(byte, other)| byte != other);
    at.or_else(|| (bytes.len() != other.len()).then(|| bytes.len().min(other.len())))
}
