//! A mail server that tests can make take, refuse or ignore mail.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

/// How the server answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// Takes everything that is ASCII, as many servers do.
    Plain,
    /// Takes addresses in every script.
    Utf8,
    /// Answers so to every recipient.
    Refuses(&'static str),
    /// Answers so to everybody, before anything was asked.
    Away(&'static str),
    /// Takes the connection and says nothing.
    Silent,
}

/// A mail as it came.
#[derive(Debug, Clone)]
pub struct Received {
    /// The commands before it, such as `RCPT TO:<…>`.
    pub envelope: Vec<String>,
    pub bytes: Vec<u8>,
}

impl Received {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

pub struct Server {
    pub url: String,
    pub mails: Receiver<Received>,
}

impl Server {
    pub fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("smtp://{}", listener.local_addr().expect("an address"));
        let (sender, mails) = channel();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                for mail in talk(stream, manner) {
                    if sender.send(mail).is_err() {
                        return;
                    }
                }
            }
        });
        Self { url, mails }
    }

    /// The next mail, which must come soon.
    pub fn next(&self) -> Received {
        self.mails.recv_timeout(Duration::from_secs(10)).expect("a mail")
    }

    pub fn is_idle(&self) -> bool {
        self.mails.try_recv().is_err()
    }
}

/// One conversation; the mails that came in it.
fn talk(mut stream: TcpStream, manner: Manner) -> Vec<Received> {
    let mut mails = Vec::new();
    let Ok(reader) = stream.try_clone() else { return mails };
    let mut reader = BufReader::new(reader);
    if manner == Manner::Silent {
        // until the other side hangs up
        let _ = reader.read_to_end(&mut Vec::new());
        return mails;
    }
    let mut say = |words: &str| stream.write_all(format!("{words}\r\n").as_bytes()).is_ok();
    if let Manner::Away(words) = manner {
        say(words);
        return mails;
    }
    say("220 test");
    let mut envelope = Vec::new();
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
        let said = String::from_utf8_lossy(&line).trim_end().to_owned();
        line.clear();
        let verb = said.split([' ', ':']).next().unwrap_or_default().to_uppercase();
        match (verb.as_str(), manner) {
            ("EHLO", Manner::Utf8) => say("250-test\r\n250-8BITMIME\r\n250 SMTPUTF8"),
            ("EHLO", _) => say("250-test\r\n250 8BITMIME"),
            ("RCPT", Manner::Refuses(words)) => say(words),
            ("DATA", _) => {
                say("354 go on");
                let mut bytes = Vec::new();
                while reader.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) && line != b".\r\n" {
                    bytes.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
                    line.clear();
                }
                line.clear();
                mails.push(Received { envelope: std::mem::take(&mut envelope), bytes });
                say("250 taken")
            }
            ("QUIT", _) => {
                say("221 bye");
                break;
            }
            _ => say("250 fine"),
        };
        envelope.push(said);
    }
    mails
}
