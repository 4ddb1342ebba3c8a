//! What PostgreSQL does of a page when nobody renders it: `pgbench` with the page's own statements, prepared.

use std::{fs, path::Path, process::Command};

use super::{Outcome, capture::Statement};

/// Writes a page's statements as a script; nothing when one of them cannot be repeated.
pub fn script(folder: &Path, at: usize, statements: &[Statement]) -> Outcome<Option<String>> {
    if statements.iter().any(|one| one.sql.starts_with("INSERT") || one.sql.starts_with("UPDATE")) {
        return Ok(None);
    }
    let text: String = statements.iter().map(|one| format!("{};\n", without_variables(&one.sql))).collect();
    let path = folder.join(format!("page-{at}.sql"));
    fs::write(&path, text)?;
    Ok(Some(path.display().to_string()))
}

/// `pgbench` takes a colon before a letter for a variable of its own, also inside of quotes; two colons it leaves alone.
fn without_variables(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut signs = sql.chars().peekable();
    let mut quoted = false;
    while let Some(sign) = signs.next() {
        quoted ^= sign == '\'';
        let names = signs.peek().is_some_and(|next| next.is_alphabetic() || *next == '_');
        if sign == ':' && quoted && names {
            out.push_str("'||chr(58)||'");
        } else {
            out.push(sign);
        }
    }
    out
}

/// Pages a second, by as many connections as the program has.
pub fn round(database: &str, script: &str, seconds: usize) -> Outcome<f64> {
    let mut command = Command::new("pgbench");
    command.args(["-n", "-M", "prepared", "-c", "8", "-j", "1", "-f", script]).arg(format!("-T{seconds}"));
    let output = command.arg(database).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().find_map(|line| line.strip_prefix("tps = "));
    let figure = line.and_then(|line| line.split_whitespace().next());
    let Some(figure) = figure.filter(|_| output.status.success()) else {
        return Err(format!("pgbench on {script}: {text}{}", String::from_utf8_lossy(&output.stderr)).into());
    };
    Ok(figure.parse()?)
}
