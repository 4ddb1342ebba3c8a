//! Where the server listens: a unix socket in a folder that only its owner and root may enter.

use std::env;
use std::ffi::OsString;
use std::fmt::Write;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use super::owner::Owner;

const FILE: &str = ".s.PGSQL.5432";

/// A socket's address holds 104 bytes on macOS and 108 on Linux, with a zero at the end.
const LONGEST: usize = 100;

/// Beside the cluster, unless its path is too long for a socket, or holds a comma, at which libpq would
/// take it for two.
pub(super) fn folder(data_dir: &Path, owner: &Owner) -> PathBuf {
    // a runtime folder of root's is closed to the user that root hands the server to
    let runtime = if owner.is_another() {
        Some(PathBuf::from("/run")).filter(|run| run.is_dir())
    } else {
        env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|dir| dir.is_dir())
    };
    choose(data_dir, runtime, owner.uid())
}

fn choose(data_dir: &Path, runtime: Option<PathBuf>, uid: u32) -> PathBuf {
    let named = format!("entente-{uid}-{:016x}", digest(data_dir));
    let inside = Some(data_dir.join("run"));
    let aside = runtime.map(|dir| dir.join(&named));
    let fits = |dir: &PathBuf| {
        let address = dir.join(FILE);
        let address = address.as_os_str().as_bytes();
        address.len() < LONGEST && !address.contains(&b',')
    };
    inside.into_iter().chain(aside).find(fits).unwrap_or_else(|| Path::new("/tmp").join(named))
}

fn digest(path: &Path) -> u64 {
    let mut hasher = DefaultHasher::new();
    path.hash(&mut hasher);
    hasher.finish()
}

/// A URL for libpq. The folder goes into the query, since slashes cannot stand where a host does.
pub(super) fn url(folder: &Path, role: &str, database: &str) -> String {
    let mut url = format!("postgres://{role}@/{database}?host=");
    for &byte in folder.as_os_str().as_bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte) {
            url.push(char::from(byte));
        } else {
            // writing into a String cannot fail
            let _ = write!(url, "%{byte:02X}");
        }
    }
    url
}

/// The server reads a list of names in this setting; in quotes ours may hold anything.
pub(super) fn setting(folder: &Path) -> OsString {
    let mut setting = b"unix_socket_directories=\"".to_vec();
    for &byte in folder.as_os_str().as_bytes() {
        if byte == b'"' {
            setting.push(b'"');
        }
        setting.push(byte);
    }
    setting.push(b'"');
    OsString::from_vec(setting)
}

/// Removes what a dead server has left.
pub(super) fn clear(folder: &Path) -> io::Result<()> {
    for left in [FILE.to_owned(), format!("{FILE}.lock")] {
        match fs::remove_file(folder.join(left)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lies_beside_the_cluster_when_the_path_is_short() {
        let chosen = choose(Path::new("/srv/entente"), Some("/run".into()), 101);
        assert_eq!(chosen, Path::new("/srv/entente/run"));
    }

    #[test]
    fn goes_elsewhere_when_the_path_is_long() {
        let (long, other) = (PathBuf::from("/x".repeat(60)), PathBuf::from("/y".repeat(60)));
        let chosen = choose(&long, Some("/run".into()), 101);
        assert!(chosen.starts_with("/run"), "{chosen:?}");
        assert_ne!(chosen, choose(&other, Some("/run".into()), 101));
        assert!(choose(&long, None, 101).starts_with("/tmp"));
        assert!(choose(&long, Some(other), 101).starts_with("/tmp"));
    }

    #[test]
    fn the_url_hides_what_would_end_it() {
        let url = url(Path::new("/srv/Front & Street/100%"), "entente", "entente");
        assert_eq!(url, "postgres://entente@/entente?host=/srv/Front%20%26%20Street/100%25");
    }

    #[test]
    fn a_comma_in_the_path_does_not_make_two() {
        let chosen = choose(Path::new("/a,b"), Some("/run".into()), 101);
        assert!(chosen.starts_with("/run"), "{chosen:?}");
    }

    #[test]
    fn the_server_takes_a_path_with_spaces_and_quotes() {
        assert_eq!(setting(Path::new("/a \"b\"")), "unix_socket_directories=\"/a \"\"b\"\"\"");
    }
}
