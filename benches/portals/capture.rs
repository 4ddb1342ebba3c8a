//! What the program says to PostgreSQL for a request, read from the server's own log: the bare handler's orders.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::{Deserialize, Serialize};

use super::{
    Outcome,
    scenarios::{Scenario, What},
    served::Served,
};

/// A statement with its values written into it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Statement {
    pub sql: String,
    /// Planned once for each connection, as diesel does with what its own language says.
    pub prepared: bool,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct Order {
    pub statements: Vec<Statement>,
    pub status: u16,
    pub body: String,
    /// The password to check, for sign-in.
    pub proves: bool,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct Plan {
    pub database: String,
    pub orders: Vec<Order>,
}

fn log_of(folder: &Path) -> Outcome<PathBuf> {
    let mut found = Vec::new();
    let mut left = vec![folder.to_path_buf()];
    while let Some(folder) = left.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                left.push(path);
            } else if path.extension().is_some_and(|kind| kind == "log") {
                found.push(path);
            }
        }
    }
    found.pop().ok_or_else(|| "PostgreSQL's log was not found".into())
}

/// Asks each scenario once of a program whose every statement is logged.
pub fn plan(folder: &Path, database: &str, scenarios: &[Scenario]) -> Outcome<PathBuf> {
    let log = log_of(folder)?;
    let sign = if database.contains('?') { '&' } else { '?' };
    let program = Served::program(&format!("{database}{sign}options=-c%20log_statement%3Dall"), 1)?;
    let runtime = actix_web::rt::System::new();
    let orders = runtime.block_on(async {
        // the jobs' first round
        actix_web::rt::time::sleep(Duration::from_secs(2)).await;
        let mut orders = Vec::new();
        for scenario in scenarios {
            orders.push(order(&program, &log, scenario).await?);
        }
        Outcome::Ok(orders)
    })?;
    for (scenario, order) in scenarios.iter().zip(&orders) {
        eprintln!("{} ({}): {} statements", scenario.name, scenario.who, order.statements.len());
    }
    let path = folder.join("bare.json");
    fs::write(&path, serde_json::to_vec(&Plan { database: database.to_owned(), orders })?)?;
    Ok(path)
}

async fn order(program: &Served, log: &Path, scenario: &Scenario) -> Outcome<Order> {
    let (mut visitor, form) = scenario.prepare(&program.url, &scenario.big).await?;
    let cookies = visitor.cookies.clone();
    let address = format!("{}{}", program.url, scenario.big);
    let (mut status, mut body, mut fewest) = (0, String::new(), Vec::new());
    // the first times prepare what later times find prepared; a job that runs beside one of them adds what is not the page's
    for time in 0..7 {
        let before = fs::metadata(log)?.len() as usize;
        let answer = match &form {
            Some(form) => visitor.post(&address, form.clone()).await?,
            None => visitor.get(&address).await?,
        };
        status = answer.status().as_u16();
        body = answer.text().await?;
        visitor.cookies.clone_from(&cookies);
        actix_web::rt::time::sleep(Duration::from_millis(80)).await;
        let found = statements(&String::from_utf8_lossy(&fs::read(log)?[before..]));
        if time > 1 && (fewest.is_empty() || found.len() < fewest.len()) {
            fewest = found;
        }
    }
    let wanted = if scenario.of == What::SignIn { 303 } else { 200 };
    if status != wanted {
        return Err(format!("{} answers {status}", scenario.big).into());
    }
    Ok(Order { statements: fewest, status, body, proves: scenario.of == What::SignIn })
}

fn statements(log: &str) -> Vec<Statement> {
    let mut statements: Vec<Statement> = Vec::new();
    for line in log.lines() {
        if let Some((_, said)) = line.split_once("LOG:  execute ") {
            let Some((name, sql)) = said.split_once(": ") else { continue };
            statements.push(Statement { sql: sql.to_owned(), prepared: name != "<unnamed>" });
        } else if let Some((_, sql)) = line.split_once("LOG:  statement: ") {
            statements.push(Statement { sql: sql.to_owned(), prepared: false });
        } else if let Some((_, values)) = line.split_once("DETAIL:  parameters: ")
            && let Some(last) = statements.last_mut()
        {
            // from the highest number down, so that $1 is not found in $12
            for (number, value) in parameters(values).into_iter().enumerate().rev() {
                let number = number + 1;
                // alone, the text of an array has no type; pages hand only arrays of text to one that stands alone
                last.sql = last.sql.replace(&format!("unnest(${number})"), &format!("unnest({value}::text[])"));
                // and a number that a subquery hands to LIMIT has none either
                let counted = format!("LIMIT (SELECT {value}::bigint");
                last.sql = last.sql.replace(&format!("LIMIT (SELECT ${number}"), &counted);
                last.sql = last.sql.replace(&format!("${number}"), &value);
            }
            // every run makes a session of its own
            if last.sql.starts_with("INSERT INTO \"sessions\"") {
                last.sql = fresh_session(&last.sql);
                last.prepared = false;
            }
        }
    }
    statements
}

/// `$1 = 'a', $2 = NULL` as its values, quoted.
fn parameters(text: &str) -> Vec<String> {
    let mut values = Vec::new();
    let mut rest = text;
    while let Some((_, from)) = rest.split_once(" = ") {
        if !from.starts_with('\'') {
            let end = from.find(',').unwrap_or(from.len());
            values.push(from[..end].to_owned());
            rest = &from[end..];
            continue;
        }
        let mut end = 1;
        while let Some(quote) = from[end..].find('\'') {
            end += quote + 1;
            if !from[end..].starts_with('\'') {
                break;
            }
            end += 1;
        }
        values.push(from[..end].to_owned());
        rest = &from[end..];
    }
    values
}

/// The same insert with a key and an id of its own.
fn fresh_session(sql: &str) -> String {
    let Some((head, values)) = sql.split_once("VALUES (") else { return sql.to_owned() };
    let mut pieces = values.splitn(3, ", ");
    let (_key, _id, rest) = (pieces.next(), pieces.next(), pieces.next().unwrap_or_default());
    format!("{head}VALUES (sha256(gen_random_uuid()::text::bytea), gen_random_uuid(), {rest}")
}
