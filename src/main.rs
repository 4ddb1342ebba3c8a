//! `entente`: one program, several commands.

use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use entente::{
    app::Program,
    bootstrap,
    config::Config,
    demo,
    kit::{db::Db, secret::Key},
    modules::{contracts::evidence::verify, mail::sender},
    start::{self, Database},
};

type Failure = Box<dyn std::error::Error>;

#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the portals until SIGTERM
    Serve {
        /// Load the demo cast first, if the database is empty
        #[arg(long)]
        demo: bool,
    },
    /// Load the demo cast into an empty database and end
    Demo,
    /// Bring the database up to date and end
    Migrate,
    /// Make a distributor with all rights, and print the link that sets its first person's password
    Bootstrap(First),
    /// Print the mails that were not sent
    Outbox,
    /// Check what can be checked
    Doctor {
        /// Check every chain of signatures and every signed document
        #[arg(long)]
        evidence: bool,
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
    let mut field = entente::kit::form::Field::new("email", "Email").filled(typed);
    field.email().ok_or_else(|| "an email address such as name@example.com".to_owned())
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("entente: {error}");
            ExitCode::FAILURE
        }
    }
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

fn with(command: Command, config: &Config, key: &Key, database: &Database) -> Result<ExitCode, Failure> {
    let applied = start::migrate(&database.url)?;
    start::seal(&database.url, key)?;
    let db = || Db::new(&database.url, 1);
    match command {
        Command::Serve { demo } => {
            if demo && demo::load(&db())? {
                println!("The demo cast is loaded.");
            }
            if demo {
                sign_ins(config);
            }
            println!("Entente serves {}", config.public_url);
            let program = Program::new(config.clone(), key.clone(), Db::new(&database.url, config.pool));
            actix_web::rt::System::new().block_on(start::serve(program))?;
        }
        Command::Demo => match demo::load(&db())? {
            true => sign_ins(config),
            false => println!("The database is not empty: nothing was loaded."),
        },
        Command::Migrate => println!("{applied} migrations applied"),
        Command::Bootstrap(first) => {
            let made = bootstrap::run(&db(), key, &config.public_url, &first.company, &first.name, &first.email)?;
            println!("{} is the distributor {}", first.company, made.account);
            match made.link {
                Some(link) => println!("{} sets the password here, once, within 24 hours:\n{link}", first.email),
                None => println!("{} has a user already and signs in as before.", first.email),
            }
        }
        Command::Outbox => {
            let mails = db().open_now(|conn| sender::unsent(conn, key, &config.public_url))?;
            for mail in &mails {
                println!("{mail}");
            }
            println!("{} mails not sent", mails.len());
        }
        Command::Doctor { evidence } => return doctor(&db(), evidence),
    }
    Ok(ExitCode::SUCCESS)
}

fn sign_ins(config: &Config) {
    println!("Sign in at {}/sign-in, everybody with the password {}", config.public_url, demo::PASSWORD);
    for (email, what) in demo::SIGN_INS {
        println!("  {email:<32} {what}");
    }
}

fn doctor(db: &Db, evidence: bool) -> Result<ExitCode, Failure> {
    println!("The database answers and its migrations are current.");
    if !evidence {
        return Ok(ExitCode::SUCCESS);
    }
    let report = db.open_now(verify::run)?;
    println!(
        "{} signatures of {} contracts and {} documents checked, {} broken",
        report.signatures,
        report.contracts,
        report.documents,
        report.broken.len()
    );
    for line in &report.broken {
        println!("  {line}");
    }
    Ok(if report.broken.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
