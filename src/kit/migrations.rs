//! The steps by which the schema came to be, kept in the program.

use diesel_migrations::{EmbeddedMigrations, embed_migrations};

pub const ALL: EmbeddedMigrations = embed_migrations!();

/// Versions of all migrations of this program.
pub fn versions() -> Vec<String> {
    use diesel::migration::MigrationSource as _;
    let all: Vec<Box<dyn diesel::migration::Migration<diesel::pg::Pg>>> = ALL.migrations().unwrap_or_default();
    all.iter().map(|one| one.name().version().to_string()).collect()
}
