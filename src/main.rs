//! `entente`: one program, several commands.
#![warn(clippy::print_stdout, clippy::print_stderr)]

use std::{
    fmt,
    fs::File,
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
    thread::{self, JoinHandle},
};

use clap::{Args, Parser, Subcommand};
use entente::{
    app::Program,
    bootstrap,
    config::Config,
    consequences, demo, keys,
    kit::{
        actor::Account,
        brand::Address,
        connect::Prepare,
        db::Db,
        id::Id,
        input::{Kind as _, kinds::Email},
        secret::Key,
        words::Words,
    },
    mail::{outbox, sender},
    modules::{
        branding::hosts,
        contracts::evidence::{checkpoint, pack, verify},
        person::removal,
        sso::{domains, requirement},
    },
    portals, recover, roles,
    start::{self, Database},
};

/// glibc keeps what a burst has freed for good, some in each of many arenas; docs/performance.md has the figures of both.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

type Failure = Box<dyn std::error::Error>;

#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    asked: Asked,
}

#[derive(Subcommand)]
enum Asked {
    #[command(flatten)]
    Here(Command),
    /// Check an evidence pack, without a database or settings
    Verify {
        /// The pack, as it was downloaded from a certificate
        file: PathBuf,
        /// A file of the keys or fingerprints that you trust, one a line; the platform publishes its own at /verify
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
    },
}

// what needs the settings, and most of it the database; clap would show a doc comment as the program's own
#[derive(Subcommand)]
enum Command {
    /// Serve the portals until SIGTERM
    Serve {
        /// Load the demo first, if the database is empty
        #[arg(long)]
        demo: bool,
    },
    /// Load the demo into an empty database and end
    Demo,
    /// Bring the database up to date and end
    Migrate {
        /// Let this role of the database serve: it can read and write, but not alter, and not take back what is final
        #[arg(long, value_name = "ROLE")]
        grant: Option<String>,
    },
    /// Make a distributor with all rights, and print the link that sets its first person's password
    Bootstrap(First),
    /// Make somebody an administrator of a company that has lost its own
    Recover(Lost),
    /// Remove a person from the platform; what the person signed stays as evidence
    RemovePerson {
        /// E-mail of the person
        #[arg(value_parser = email)]
        email: String,
        /// Print what would happen, and change nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Host names of distributors, which need no proof when you add them
    #[command(subcommand)]
    Host(HostName),
    /// Single sign-on of companies: email domains that need no proof when you add them, and a way back in
    #[command(subcommand)]
    Sso(SingleSignOn),
    /// Print the mails that were not sent
    Outbox {
        /// Try again what could not be sent, once its cause is gone
        #[arg(long)]
        retry: bool,
    },
    /// Check what can be checked
    Doctor {
        /// Check every signature, every signed document and every checkpoint
        #[arg(long)]
        evidence: bool,
        /// Hold the evidence against the checkpoints in these files as well: logs, mails, or copies of the file of checkpoints
        #[arg(long, value_name = "FILE", requires = "evidence", num_args = 1..)]
        checkpoints: Vec<PathBuf>,
    },
    /// Write down how all signatures stand now, and print it: to be kept apart from the database
    Checkpoint,
    /// Change the server's key while programs run; what was made under old keys keeps working
    RotateKey {
        /// Make none, but accept this old one no longer: links, codes and sessions made under it end
        #[arg(long, value_name = "ID")]
        forget: Vec<String>,
    },
}

#[derive(Args)]
struct First {
    /// Legal name of the company
    #[arg(long, value_parser = text::<64>)]
    company: String,
    /// Name of its first person
    #[arg(long, value_parser = text::<128>)]
    name: String,
    /// E-mail of its first person
    #[arg(long, value_parser = email)]
    email: String,
}

#[derive(Subcommand)]
enum HostName {
    /// Let a name be a distributor's, without the file that proves it
    Add {
        /// Such as portal.example.com
        #[arg(value_parser = host_name)]
        host: String,
        /// ID of the distributor, such as PA-469-206
        #[arg(value_parser = company)]
        account: Id<Account>,
    },
    /// Take a name away from a distributor
    Remove {
        #[arg(value_parser = host_name)]
        host: String,
        #[arg(value_parser = company)]
        account: Id<Account>,
    },
    /// Print all names
    List,
}

#[derive(Subcommand)]
enum SingleSignOn {
    /// Assign an email domain to a company, without the file that proves it
    AddDomain {
        /// Such as example.com
        #[arg(value_parser = domain_name)]
        domain: String,
        /// ID of the company, such as PA-469-206
        #[arg(value_parser = company)]
        account: Id<Account>,
    },
    /// Remove an email domain from a company
    RemoveDomain {
        #[arg(value_parser = domain_name)]
        domain: String,
        #[arg(value_parser = company)]
        account: Id<Account>,
    },
    /// Let a company's people sign in with their passwords again, for example when its identity provider fails
    StopRequiring {
        #[arg(value_parser = company)]
        account: Id<Account>,
    },
    /// Print all email domains
    List,
}

fn domain_name(typed: &str) -> Result<String, String> {
    hosts::named(typed).ok_or_else(|| "a domain such as example.com".to_owned())
}

fn host_name(typed: &str) -> Result<String, String> {
    hosts::named(typed).ok_or_else(|| "a host name such as portal.example.com".to_owned())
}

#[derive(Args)]
struct Lost {
    /// ID of the company, such as PA-469-206
    #[arg(long, value_parser = company)]
    account: Id<Account>,
    /// E-mail of the person who becomes an administrator
    #[arg(long, value_parser = email)]
    email: String,
    /// Name of the person, if new
    #[arg(long, value_parser = text::<128>)]
    name: Option<String>,
    /// Print a link that sets a new password, also for somebody who has one
    #[arg(long)]
    link: bool,
    /// Remove the person's second factor, when it was lost together with its recovery codes
    #[arg(long)]
    remove_second_factor: bool,
    /// Remove the limits on the addresses from which the company is reached
    #[arg(long)]
    any_address: bool,
}

fn company(typed: &str) -> Result<Id<Account>, String> {
    typed.trim().parse().map_err(|_| "an ID of a company such as PA-469-206".to_owned())
}

fn text<const MOST: usize>(typed: &str) -> Result<String, String> {
    let typed = typed.trim();
    let count = typed.chars().count();
    if (1..=MOST).contains(&count) && !typed.chars().any(char::is_control) {
        Ok(typed.to_owned())
    } else {
        Err(format!("1 to {MOST} characters"))
    }
}

fn email(typed: &str) -> Result<String, String> {
    let read = Email.value(Email.tidy(typed), &Words::default());
    read.map_err(|_| "an email address such as name@example.com".to_owned())
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().asked {
        Asked::Here(command) => run(command),
        Asked::Verify { file, key } => check_pack(&file, key.as_deref()),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            // nobody may be there to read it
            let _ = writeln!(io::stderr(), "entente: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Prints a line. A reader that has left, as `head` does, changes nothing else.
fn say(line: fmt::Arguments<'_>) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_fmt(line).and_then(|()| out.write_all(b"\n")).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        said => said,
    }
}

macro_rules! say {
    ($($words:tt)*) => { say(format_args!($($words)*))? };
}

fn run(command: Command) -> Result<ExitCode, Failure> {
    let config = Config::from_env()?;
    entente::log::start(config.log_json);
    let key = start::key(&config)?;
    // signals are waited for by the server; until then the default ends the program, and the database is adopted later
    let database = Database::open(&config)?;
    let outcome = with(command, &config, &key, &database);
    database.close();
    outcome
}

/// The program that is to serve, made beside whatever else a start waits for, with the first of its connections.
fn put_together(demo: bool, config: &Config, key: &Key, url: &str) -> JoinHandle<Program> {
    let db = Db::by(url, config.pool, config.prepare);
    let (config, key) = (Config { demo, ..config.clone() }, key.clone());
    thread::spawn(move || Program::new(config, key, db))
}

fn with(command: Command, config: &Config, key: &Key, database: &Database) -> Result<ExitCode, Failure> {
    let serving = match (&command, config.prepare) {
        (Command::Serve { demo }, Prepare::On) => Some(put_together(*demo, config, key, &database.url)),
        // limits that connections do not set themselves have to be there before the first is opened
        _ => None,
    };
    let prepared = database.prepare(key)?;
    let db = || Db::by(&database.url, 1, config.prepare).with_key(key.clone()).with_consequences(consequences::table());
    match command {
        Command::Serve { demo } => {
            if demo && demo::load_with_year(&db())? {
                say!("The demo is loaded.");
            }
            if demo {
                sign_ins(config)?;
            }
            if !prepared.bounded {
                tracing::warn!(
                    "the role that serves owns the tables and could alter them; see entente migrate --grant"
                );
            }
            say!("Entente serves {}", config.public_url);
            let serving = serving.unwrap_or_else(|| put_together(demo, config, key, &database.url));
            let program = serving.join().map_err(|_| "the program could not be put together")?;
            actix_web::rt::System::new().block_on(start::serve(program))?;
        }
        Command::Demo => match demo::load_with_year(&db())? {
            true => sign_ins(config)?,
            false => say!("The database is not empty: nothing was loaded."),
        },
        Command::Migrate { grant } => {
            say!("{} migrations applied", prepared.applied);
            if let Some(role) = grant {
                roles::grant(&database.owner_url, &role)?;
                say!(
                    "{role} may serve. Give it to entente serve in DATABASE_URL, and keep the owner for ENTENTE_MIGRATE_URL."
                );
            }
        }
        Command::Bootstrap(first) => {
            let made = bootstrap::run(&db(), key, &config.public_url, &first.company, &first.name, &first.email)?;
            say!("{} is the distributor {}", first.company, made.account);
            match made.link {
                Some(link) => say!("{} sets the password here, once, within 24 hours:\n{link}", first.email),
                None => say!("{} has a user already and signs in as before.", first.email),
            }
        }
        Command::Recover(Lost { account, email, name, link, remove_second_factor: factor, any_address }) => {
            let named = recover::Named { email: &email, name: name.as_deref(), link, factor, open: any_address };
            let made = recover::run(&db(), key, &config.public_url, &account, &named)?;
            let Some(made) = made else { return Err(format!("there is no company {account}").into()) };
            say!("{email} is an administrator of {} ({account})", made.company);
            match (factor, made.factor) {
                (true, true) => say!("The second factor was removed, and all sessions of the person ended."),
                (true, false) => say!("The person had no second factor."),
                (false, _) => {}
            }
            if any_address {
                say!("The company can be reached from any address.");
            }
            match made.link {
                Some(link) => say!("The password is set here, once, within 24 hours:\n{link}"),
                None => say!("The password stays as it is; with --link there is a link to set a new one."),
            }
        }
        Command::RemovePerson { email, dry_run } => return remove_person(&db(), &email, dry_run),
        Command::Host(name) => return host(&db(), config, name),
        Command::Sso(what) => return single_sign_on(&db(), what),
        Command::Outbox { retry: true } => {
            let again = db().open_now(outbox::retry)?;
            say!("{again} mails will be tried again");
        }
        Command::Outbox { retry: false } => {
            let letters = portals::letters(key.clone(), config.public_url.clone(), config.pseudo);
            let mails = db().open_now(|conn| sender::unsent(conn, &letters))?;
            for mail in &mails {
                say!("{mail}");
            }
            say!("{} mails not sent", mails.len());
        }
        Command::Doctor { evidence, checkpoints } => return doctor(&db(), key, evidence, config, &checkpoints),
        Command::Checkpoint => match anchor(&db(), key, config)? {
            Some(made) => say!("{made}"),
            None => return Err("another program has just made one; try again".into()),
        },
        Command::RotateKey { forget } => return rotate(database, &db(), key, config, &forget),
    }
    Ok(ExitCode::SUCCESS)
}

/// Removes somebody for good, or says what that comes to.
fn remove_person(db: &Db, email: &str, dry_run: bool) -> Result<ExitCode, Failure> {
    let Some(user) = db.open_now(|conn| removal::person(conn, email))? else {
        return Err(format!("nobody has the email {email}").into());
    };
    let found = db.open_now(|conn| removal::foresee(conn, &user))?;
    if !found.alone.is_empty() {
        return Err(format!(
            "{} would have no administrator who can sign in: make somebody else one there, or use entente recover",
            found.alone.join(", ")
        )
        .into());
    }
    say!("{} ({user}), {}", found.name, found.email);
    say!("  leaves {}", if found.companies.is_empty() { "no company".to_owned() } else { found.companies.join(", ") });
    say!("  {} ended", counted(found.sessions(), "session"));
    say!("  {} and {} deleted", counted(found.views(), "saved view"), counted(found.notifications(), "notification"));
    say!("  unfinished forms deleted");
    say!("  {} to the address deleted", counted(found.invitations(), "invitation"));
    say!("  shared views stay; open requests that are assigned to the person become unassigned");
    say!("  {} of the person stay with their companies and keep working", counted(found.tokens(), "token"));
    say!("  {} kept as evidence, with name and email", counted(found.signatures(), "signature"));
    say!(
        "  texts that people wrote stay; emails and notifications to others keep the name and are deleted within a year"
    );
    if dry_run {
        say!("Nothing was changed.");
        return Ok(ExitCode::SUCCESS);
    }
    db.write_now("operator", |tx| removal::remove(tx, &user))?;
    say!("The person was removed. {email} can be used for a new user.");
    Ok(ExitCode::SUCCESS)
}

/// Host names of distributors: a program that serves goes by them within seconds.
fn host(db: &Db, config: &Config, name: HostName) -> Result<ExitCode, Failure> {
    match name {
        HostName::Add { host, account } => {
            let public = Address::new(&config.public_url);
            if host == public.host() {
                return Err(format!("{host} is the name in ENTENTE_PUBLIC_URL").into());
            }
            db.write_now("host names", |tx| hosts::actions::vouch(tx, &account, &host))?;
            say!("{host} is now a name of {account}. Point it here, and let the proxy get a certificate for it.");
        }
        HostName::Remove { host, account } => {
            db.write_now("host names", |tx| hosts::actions::withdraw(tx, &account, &host))?;
            say!("{host} is no longer a name of {account}.");
        }
        HostName::List => {
            for (account, row) in db.write_now("host names", hosts::store::all)? {
                let state = match (row.verified_at.is_some(), row.leads_here) {
                    (false, _) => "not verified",
                    (true, false) => "verified, leads elsewhere",
                    (true, true) => "in use",
                };
                say!("{}  {account}  {state}", row.host);
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What the operator can do about a company's single sign-on.
fn single_sign_on(db: &Db, what: SingleSignOn) -> Result<ExitCode, Failure> {
    match what {
        SingleSignOn::AddDomain { domain, account } => {
            db.write_now("single sign-on", |tx| domains::actions::vouch(tx, &account, &domain))?;
            say!("{domain} is now an email domain of {account}.");
        }
        SingleSignOn::RemoveDomain { domain, account } => {
            db.write_now("single sign-on", |tx| domains::actions::withdraw(tx, &account, &domain))?;
            say!("{domain} is no longer an email domain of {account}.");
        }
        SingleSignOn::StopRequiring { account } => {
            db.write_now("single sign-on", |tx| requirement::relax_for(tx, &account))?;
            say!("Users of {account} can sign in with their passwords again.");
        }
        SingleSignOn::List => {
            for (account, row) in db.write_now("single sign-on", domains::store::all)? {
                let state = if row.verified_at.is_some() { "verified" } else { "not verified" };
                say!("{}  {account}  {state}", row.domain);
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn sign_ins(config: &Config) -> io::Result<()> {
    say!("Sign in at {}/sign-in, everybody with the password {}", config.public_url, demo::PASSWORD);
    for (email, what) in demo::SIGN_INS.iter().chain(demo::SIGN_INS_OF_YEAR) {
        say!("  {email:<32} {what}");
    }
    Ok(())
}

fn anchor(db: &Db, key: &Key, config: &Config) -> Result<Option<checkpoint::Checkpoint>, Failure> {
    let made = db.open_now(|conn| checkpoint::make(conn, key, config.operator_email.as_deref()))?;
    if let Some(made) = &made {
        checkpoint::publish(made, config.checkpoints.as_deref())?;
    }
    Ok(made)
}

/// "1 document", "2 documents".
fn counted(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

/// Whether an evidence pack holds, and whose it is.
fn check_pack(file: &Path, keys: Option<&Path>) -> Result<ExitCode, Failure> {
    let at = |path: &Path, error: io::Error| format!("{}: {error}", path.display());
    let mut bytes = Vec::new();
    // whatever is larger is refused by the check, and never read to its end
    let most = u64::try_from(pack::LARGEST)? + 1;
    let opened = File::open(file).map_err(|error| at(file, error))?;
    opened.take(most).read_to_end(&mut bytes).map_err(|error| at(file, error))?;
    let trusted = match keys {
        Some(path) => {
            let text = std::fs::read_to_string(path).map_err(|error| at(path, error))?;
            Some(text.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
        }
        None => None,
    };
    let verdict = pack::check(&bytes, trusted.as_deref());
    for line in verdict.lines() {
        say!("{line}");
    }
    Ok(if verdict.holds() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The evidence, held against the file of checkpoints that the settings name and against `files`.
fn evidence(db: &Db, key: &Key, config: &Config, files: &[PathBuf]) -> Result<verify::Report, Failure> {
    let own = config.checkpoints.iter().filter(|path| path.exists());
    let mut kept = Vec::new();
    for path in own.chain(files) {
        let bytes = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let found = checkpoint::read(&String::from_utf8_lossy(&bytes));
        if found.is_empty() && files.contains(path) {
            return Err(format!("{}: there is no checkpoint in this file", path.display()).into());
        }
        kept.extend(found);
    }
    Ok(db.open_now(|conn| verify::run(conn, key, &kept))?)
}

fn doctor(db: &Db, key: &Key, asked: bool, config: &Config, files: &[PathBuf]) -> Result<ExitCode, Failure> {
    say!("The database answers and its migrations are current.");
    if !asked {
        return Ok(ExitCode::SUCCESS);
    }
    let report = evidence(db, key, config, files)?;
    say!(
        "{} of {}, {} and {} checked, {} broken",
        counted(report.signatures, "signature"),
        counted(report.contracts, "contract"),
        counted(report.documents, "document"),
        counted(report.checkpoints, "checkpoint"),
        report.broken.len()
    );
    for line in &report.broken {
        say!("  {line}");
    }
    for line in &report.notes {
        say!("  note: {line}");
    }
    Ok(if report.broken.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Makes a new key in the data directory, or forgets old ones, while programs run. What was signed under an old key is checked and anchored
/// under the current one, and secret values are resealed, so that the old key is no longer needed. If the keys come from outside, it does
/// all this for the one that was moved to the front.
fn rotate(database: &Database, db: &Db, key: &Key, config: &Config, forget: &[String]) -> Result<ExitCode, Failure> {
    if forget.iter().any(|id| id == key.id()) {
        return Err(format!("{} is the current key: run entente rotate-key first", key.id()).into());
    }
    if let Some(unknown) = forget.iter().find(|id| !key.ids().any(|known| known == id.as_str())) {
        return Err(format!("there is no key {unknown}; there are {}", key.ids().collect::<Vec<_>>().join(", ")).into());
    }
    let report = evidence(db, key, config, &[])?;
    if let Some(line) = report.broken.first() {
        return Err(format!("the evidence does not hold, so it is not anchored under another key: {line}").into());
    }
    let file = keys::file(config).filter(|_| config.key.is_none());
    let change = keys::Change::new(db);
    let current = match &file {
        Some(file) if forget.is_empty() => change.make(file)?,
        _ if key.ids().nth(1).is_none() => {
            say!(
                "The key is set from outside, so the new one is yours to make: openssl rand -base64 33. In the file that \
                 ENTENTE_SECRET_KEY_FILE names, add it as the second line, wait for ten seconds, move it to the first line, and \
                 run this again. With ENTENTE_SECRET_KEY, add it to ENTENTE_OLD_SECRET_KEYS and restart all programs one after \
                 the other; then let the two change places, restart all again, and run this again."
            );
            return Ok(ExitCode::FAILURE);
        }
        _ => {
            change.finish(key)?;
            key.clone()
        }
    };
    database.prepare(&current)?;
    anchor(db, &current, config)?;
    for key in [key, &current] {
        db.clone().with_key(key.clone()).write_now("key", start::note_key)?;
    }
    let current = match (&file, forget) {
        (_, []) => current,
        (Some(file), forgotten) => keys::forget(file, forgotten)?,
        (None, forgotten) => {
            say!("Nothing needs {} any more: take it off the list.", forgotten.join(", "));
            return Ok(ExitCode::SUCCESS);
        }
    };
    let old: Vec<_> = current.ids().skip(1).collect();
    say!(
        "The key is {} now. Old keys that are accepted: {}",
        current.id(),
        if old.is_empty() { "none".to_owned() } else { old.join(", ") }
    );
    say!(
        "Nothing in the database is sealed under an old key. Running programs use these keys; none has to be restarted."
    );
    Ok(ExitCode::SUCCESS)
}
