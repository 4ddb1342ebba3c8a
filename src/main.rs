//! `entente`: one program, several commands.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use entente::{
    app::Program,
    config::Config,
    kit::db::Db,
    start::{self, Database},
};

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
    /// Bring the database up to date and end
    Migrate,
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("entente: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<(), Box<dyn std::error::Error>> {
    let config = Config::from_env()?;
    entente::log::start(config.log_json);
    match command {
        Command::Serve { demo: _ } => {
            let key = start::key(&config)?;
            let database = Database::open(&config)?;
            start::migrate(&database.url)?;
            let db = Db::new(&database.url, config.pool);
            println!("Entente serves {}", config.public_url);
            let served = actix_web::rt::System::new().block_on(start::serve(Program::new(config, key, db)));
            database.close();
            served?;
        }
        Command::Migrate => {
            let database = Database::open(&config)?;
            println!("{} migrations applied", start::migrate(&database.url)?);
            database.close();
        }
    }
    Ok(())
}
