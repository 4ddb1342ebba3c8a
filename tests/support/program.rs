//! The program as a process that a test may kill and start again.

use std::{
    net::TcpStream,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use entente::demo;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use super::{
    Client,
    port::free_port,
    wire::{self, NO_ANSWER},
    world::KEY,
};

/// Where its data is.
pub enum Over {
    Url(String),
    /// The embedded PostgreSQL, in this folder.
    Folder(PathBuf),
}

pub struct Program {
    child: Child,
    port: u16,
    over: Over,
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = kill(Pid::from_raw(self.child.id() as i32), Signal::SIGTERM);
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(25) && matches!(self.child.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn(over: &Over, port: u16) -> Child {
    command(over, port).spawn().expect("the program starts")
}

fn command(over: &Over, port: u16) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_entente"));
    command.arg("serve");
    command.env_remove("DATABASE_URL");
    match over {
        Over::Url(url) => command.env("DATABASE_URL", url),
        Over::Folder(folder) => command.arg("--demo").env("ENTENTE_DATA", folder),
    };
    command
        .env("ENTENTE_SECRET_KEY", KEY)
        .env("ENTENTE_LISTEN", format!("127.0.0.1:{port}"))
        .env("ENTENTE_PUBLIC_URL", "http://127.0.0.1:8080")
        .env("ENTENTE_DRAIN_SECONDS", "0")
        .env("ENTENTE_LOG", "error")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

impl Program {
    pub fn start(over: Over) -> Self {
        let port = free_port();
        let program = Self { child: spawn(&over, port), port, over };
        program.wait();
        program
    }

    /// As [`Program::start`], with settings of its own.
    pub fn start_with(over: Over, settings: &[(&str, &str)]) -> Self {
        let port = free_port();
        let child = command(&over, port).envs(settings.iter().copied()).spawn().expect("the program starts");
        let program = Self { child, port, over };
        program.wait();
        program
    }

    /// As [`Program::start`], with room for files of this many kilobytes and no larger: what writes more finds no space, as on a disk that is
    /// full. Where shells count in larger blocks it is twice as much.
    pub fn start_short_of_space(over: Over, kilobytes: u32) -> Self {
        let port = free_port();
        let whole = command(&over, port);
        let mut command = Command::new("/bin/sh");
        // a program that is told nothing of the signal is ended by it
        command.args(["-c", "trap '' XFSZ; ulimit -f \"$1\"; exec \"$0\" serve"]);
        command.arg(whole.get_program()).arg((kilobytes * 2).to_string());
        for (name, value) in whole.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts");
        let program = Self { child, port, over };
        program.wait();
        program
    }

    pub fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.child.id() as i32), signal).expect("it runs");
    }

    /// Whether it has ended by itself by then, and well.
    pub fn ends_within(&mut self, time: Duration) -> bool {
        let began = Instant::now();
        while began.elapsed() < time {
            if let Ok(Some(status)) = self.child.try_wait() {
                return status.success();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    }

    fn wait(&self) {
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(began.elapsed() < Duration::from_secs(30), "the program serves");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Megabytes of memory that it uses now.
    pub fn memory(&self) -> u64 {
        self.megabytes("VmRSS:")
    }

    /// The most megabytes of memory that it ever used.
    pub fn peak(&self) -> u64 {
        self.megabytes("VmHWM:")
    }

    fn megabytes(&self, figure: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix(figure));
        line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).expect("the size of a process") / 1024
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// As [`Program::start`], saying everything it can into `log`, and sending mail through the server at `smtp`.
    pub fn start_talking(over: Over, log: std::fs::File, smtp: &str) -> Self {
        let port = free_port();
        let mut command = command(&over, port);
        let errors = log.try_clone().expect("a second handle");
        command.env("ENTENTE_LOG", "trace").env("ENTENTE_SMTP_URL", smtp);
        let child = command.stdout(log).stderr(errors).spawn().expect("the program starts");
        let program = Self { child, port, over };
        program.wait();
        program
    }

    /// As [`Program::start`], with a log for machines, on standard error, in `log`.
    pub fn start_told_by_machines(over: Over, log: std::fs::File) -> Self {
        let port = free_port();
        let mut command = command(&over, port);
        command.env("ENTENTE_LOG", "info").env("ENTENTE_LOG_FORMAT", "json");
        let child = command.stderr(log).spawn().expect("the program starts");
        let program = Self { child, port, over };
        program.wait();
        program
    }

    /// `kill -9`, and started again.
    pub fn kill_and_start(&mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("ended");
        self.child = spawn(&self.over, self.port);
        self.wait();
    }

    pub fn stranger(&self) -> Client {
        wire::stranger(&self.url())
    }

    pub async fn michael(&self) -> Client {
        let client = self.stranger();
        let page = client.get("/sign-in").await;
        let typed = [("email", "michael@mightymicks.example"), ("password", demo::PASSWORD)];
        client.submit(&page, &typed).await.must_be(303);
        client
    }

    /// Waits until the page answers 200 again; how long that took.
    pub async fn recovers(&self, client: &Client, path: &str) -> Duration {
        let began = Instant::now();
        loop {
            let status = client.get(path).await.status;
            if status == 200 {
                return began.elapsed();
            }
            assert!([503, NO_ANSWER].contains(&status), "{path} answers {status} while PostgreSQL is away");
            assert!(began.elapsed() < Duration::from_secs(30), "{path} recovers");
            actix_web::rt::time::sleep(Duration::from_millis(100)).await;
        }
    }
}
